// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/topology.h"

#include "client/engine/engine.h"
#include "client/engine/gathering.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {

namespace {

// What passes an answer on, after then() if it is a success.
template<typename T, typename Then>
Done<T> after(Then then, Done<T> done)
{
    return [then = std::move(then), done = std::move(done)](Result<T> result) {
        if (result)
            then();
        done(std::move(result));
    };
}

// What every question is answered when the link is lost.
bool isLikeLoss(const Error &error)
{
    return error.isRecoverable()
        && (error.kind() == Error::Connection || error.kind() == Error::Timeout);
}

bool isRefusedForNow(const Wanted &wanted)
{
    return wanted.progress == Wanted::Refused && wanted.refusal.isRecoverable();
}

// What exists is left as it is, whatever differs (406), and what is not ours to declare (403) may
// be ours to use (AMQP 0-9-1 §1.1): consuming and publishing tell. Not so where the name was to be
// told. A queue that is exclusive to another connection (405) can be published to, nothing else.
bool isUsedAsItIs(const Wanted &wanted, const Error &error)
{
    const auto *queue = std::get_if<Queue>(&wanted.wish);
    if (!std::holds_alternative<Exchange>(wanted.wish) && (!queue || queue->name().isEmpty()))
        return false;
    if (error.replyCode() == 405)
        return wanted.consumers.empty();
    const bool differs = error.replyCode() == 406 && error.kind() == Error::Channel;
    return !error.isRecoverable() && (differs || error.replyCode() == 403);
}

} // namespace

Topology::Topology(Engine &engine)
    : m_engine(engine)
    , m_backoff(engine.options())
{
}

void Topology::linkUp(Link &link, std::function<void()> finished)
{
    m_channel = link.openTopology();
    m_serverNames = link.capabilities().testFlag(Capability::ServerNamesQueues);
    m_finished = std::move(finished);
    m_isIssuing = true;
    for (auto &[place, wanted] : m_wanted.entities())
        ask(wanted);
    m_isIssuing = false;
    finishRebuilding();
}

// Where an answer was like a loss of the link, that may be told next, and then nothing else is.
void Topology::finishRebuilding()
{
    if (!m_finished || !m_rebuilding.empty() || m_isIssuing)
        return;
    if (std::exchange(m_mayBeLost, false)) {
        m_finishTimer = m_engine.hub()->callLater({}, [this] { finishRebuilding(); });
        return;
    }
    for (const Error &error : std::exchange(m_untold, {}))
        m_engine.reportError(error);
    std::exchange(m_finished, nullptr)();
}

void Topology::linkDown()
{
    m_channel.reset();
    m_finished = nullptr;
    m_finishTimer.cancel();
    m_mayBeLost = false;
    m_untold.clear();
    m_rebuilding.clear();
    m_removing.clear();
    m_retryTimer.cancel();
    m_isRetrying = false;
    m_backoff.reset();
    for (auto &[place, wanted] : m_wanted.entities()) {
        wanted.waiting.clear();
        wanted.question = 0;
        setProgress(wanted, Wanted::Unknown);
    }
}

void Topology::setProgress(Wanted &wanted, Wanted::Progress progress)
{
    wanted.progress = progress;
    wanted.refusal = {};
    m_isCounted = false;
}

void Topology::count()
{
    if (std::exchange(m_isCounted, true))
        return;
    m_busy = 0;
    m_refused = 0;
    for (const auto &[place, wanted] : m_wanted.entities()) {
        if (!wanted.isProducers)
            continue;
        if (wanted.progress == Wanted::Asked || isRefusedForNow(wanted))
            ++m_busy;
        else if (wanted.progress == Wanted::Refused)
            ++m_refused;
    }
}

bool Topology::isBusy()
{
    count();
    return m_busy > 0;
}

bool Topology::hasRefusals()
{
    count();
    return m_refused > 0;
}

// Requests are carried out in order, so all are sent at once; but a binding to a queue whose name
// the broker is just making waits for it.
void Topology::ask(Wanted &wanted)
{
    if (!m_channel || wanted.progress == Wanted::Asked)
        return;
    setProgress(wanted, Wanted::Asked);
    const quint64 question = wanted.question = ++m_lastQuestion;
    if (m_finished)
        m_rebuilding.insert(question);
    if (const auto *exchange = std::get_if<Exchange>(&wanted.wish)) {
        m_channel->declare(*exchange, answerFor(wanted));
    } else if (const auto *wish = std::get_if<Queue>(&wanted.wish)) {
        Queue now = *wish;
        if (!m_serverNames && !wanted.name.isEmpty())
            now.setName(wanted.name);
        m_channel->declare(now,
                           [this, id = wanted.id, question,
                            done = answerFor(wanted)](const Result<QueueInfo> &result) {
                               Wanted *const queue = m_wanted.find(id);
                               const bool isNameless = queue && queue->question == question
                                   && std::get<Queue>(queue->wish).name().isEmpty();
                               const QString key = isNameless ? queue->queue : QString();
                               if (isNameless && result.isOk())
                                   name(*queue, result->name);
                               done(result.error());
                               if (isNameless && !result.isOk())
                                   refuseBindings(key, result.error());
                           });
    } else {
        const Wanted *queue = namelessQueueOf(wanted);
        if (queue && queue->progress == Wanted::Refused)
            answered(wanted.id, question, queue->refusal);
        else if (!queue || queue->progress != Wanted::Asked)
            sendBinding(wanted);
    }
}

// Null for any other binding.
const Wanted *Topology::namelessQueueOf(const Wanted &binding)
{
    const Wanted *queue = std::holds_alternative<Binding>(binding.wish)
        ? m_wanted.find(WantedTopology::queueId(binding.queue))
        : nullptr;
    return queue && std::get<Queue>(queue->wish).name().isEmpty() ? queue : nullptr;
}

// Those that wait for the queue's name.
void Topology::refuseBindings(const QString &key, const Error &error)
{
    std::vector<std::pair<QString, quint64>> waiting;
    for (const auto &[place, wanted] : m_wanted.entities()) {
        if (std::holds_alternative<Binding>(wanted.wish) && wanted.queue == key
            && wanted.progress == Wanted::Asked)
            waiting.emplace_back(wanted.id, wanted.question);
    }
    for (const auto &[id, question] : waiting)
        answered(id, question, error);
}

void Topology::sendBinding(const Wanted &wanted)
{
    m_channel->bind(toNow(std::get<Binding>(wanted.wish), wanted.queue), answerFor(wanted));
}

Done<void> Topology::answerFor(const Wanted &wanted)
{
    return [this, id = wanted.id, question = wanted.question](const Result<void> &result) {
        answered(id, question, result.error());
    };
}

void Topology::name(Wanted &queue, const QString &name)
{
    const QString before = queue.name;
    if (before != name)
        m_wanted.setName(queue, name);
    for (const auto &[place, wanted] : m_wanted.entities()) {
        if (std::holds_alternative<Binding>(wanted.wish) && wanted.queue == queue.queue
            && wanted.progress == Wanted::Asked)
            sendBinding(wanted);
    }
    if (before != name)
        m_engine.queueNamed(std::get<Queue>(queue.wish), before, name);
}

// Whoever else asked for it means this one, too: another answer would be of another queue.
void Topology::nameForAll(Wanted &queue, const QString &name)
{
    const QString id = queue.id;
    const bool isAsked = queue.progress == Wanted::Asked;
    queue.question = 0;
    this->name(queue, name);
    if (isAsked)
        answered(id, 0, {});
}

void Topology::answered(const QString &id, quint64 question, const Error &answer)
{
    Wanted *const wanted = m_wanted.find(id);
    const Error error = wanted && isUsedAsItIs(*wanted, answer) ? Error() : answer;
    if (wanted && wanted->question == question) {
        setProgress(*wanted, error.isError() ? Wanted::Refused : Wanted::Declared);
        wanted->refusal = error;
        wanted->isForeign = answer.isError() && !error.isError();
        wanted->isRefusalNew = wanted->waiting.empty();
        const Wanted *queue = namelessQueueOf(*wanted);
        const bool isTold = queue && queue->progress == Wanted::Refused;
        if (error.isError() && wanted->isKept && m_finished && !isTold) {
            if (isLikeLoss(error))
                m_untold.push_back(error);
            else
                m_engine.reportError(error);
        }
        if (wanted->isProducers && isRefusedForNow(*wanted))
            retryLater();
        for (const auto &[consumer, done] : std::exchange(wanted->waiting, {}))
            done(error);
    }
    m_engine.topologyMoved();
    if (m_rebuilding.erase(question) == 0)
        return;
    m_mayBeLost = m_mayBeLost || isLikeLoss(error);
    finishRebuilding();
}

void Topology::retryLater()
{
    if (std::exchange(m_isRetrying, true))
        return;
    const auto delay = m_backoff.next(m_engine.hub()->random());
    m_retryTimer = m_engine.hub()->callLater(delay, [this] { retry(); });
}

void Topology::retry()
{
    m_isRetrying = false;
    for (auto &[place, wanted] : m_wanted.entities()) {
        if (wanted.isProducers && isRefusedForNow(wanted))
            ask(wanted);
    }
}

std::vector<Wanted *> Topology::partsOf(const Queue &queue)
{
    std::vector<Wanted *> parts;
    const QString key = m_wanted.keyOf(queue);
    for (const Binding &binding : queue.bindings())
        parts.push_back(m_wanted.add(binding.exchange));
    parts.push_back(m_wanted.add(queue));
    for (const Binding &binding : queue.bindings())
        parts.push_back(m_wanted.add(binding, key));
    std::erase(parts, nullptr);
    return parts;
}

void Topology::want(const Exchange &exchange)
{
    Wanted *const wanted = m_wanted.add(exchange);
    if (!wanted)
        return;
    wish(*wanted);
}

void Topology::want(const Queue &queue)
{
    for (Wanted *part : partsOf(queue))
        wish(*part);
}

// As many producers as like may wish it; what was refused to one is asked no more for others.
void Topology::wish(Wanted &wanted)
{
    wanted.isKept = true;
    const bool isFirst = !std::exchange(wanted.isProducers, true);
    m_isCounted = m_isCounted && !isFirst;
    if (wanted.progress == Wanted::Unknown || (isFirst && wanted.progress == Wanted::Refused))
        ask(wanted);
}

Error Topology::whyNameless(quint64 token)
{
    const Wanted *queue = m_wanted.find(WantedTopology::queueId(WantedTopology::keyOf(token)));
    if (queue && (queue->refusal.isError() || !queue->name.isEmpty()))
        return queue->refusal;
    return Error(Error::Configuration,
                 QCoreApplication::translate("Qombu::Producer",
                                             "The queue has no name yet: declare it, or start its "
                                             "consumer, before publishing to it."));
}

QString Topology::nameOf(quint64 token) const
{
    return m_wanted.nameOf(WantedTopology::keyOf(token));
}

Error Topology::refusalOf(const QString &exchange, const QString &routingKey)
{
    const Wanted *wanted =
        m_wanted.find(exchange.isEmpty() ? WantedTopology::queueId(m_wanted.keyOf(routingKey))
                                         : WantedTopology::idOf(Exchange(exchange)));
    return wanted && wanted->isProducers && !isRefusedForNow(*wanted) ? wanted->refusal : Error();
}

void Topology::need(const Queue &queue, quint64 consumer, Done<QueueInfo> ready)
{
    if (queue.isPassive())
        return m_channel->inspect(queue.name(), std::move(ready));
    const auto answer = std::make_shared<Gathering<QueueInfo>>(std::move(ready));
    for (Wanted *wanted : partsOf(queue)) {
        wanted->consumers.insert(consumer);
        if (wanted->progress == Wanted::Declared)
            continue;
        if (wanted->progress == Wanted::Refused && std::exchange(wanted->isRefusalNew, false)) {
            answer->part()(wanted->refusal); // what the rebuild was told a moment ago
        } else {
            wanted->waiting.emplace_back(consumer, answer->part());
            ask(*wanted);
        }
    }
    answer->seal();
}

void Topology::giveUp(quint64 consumer)
{
    for (auto &[place, wanted] : m_wanted.entities()) {
        const auto isIts = [consumer](const auto &waits) { return waits.first == consumer; };
        const bool hasWaited = std::erase_if(wanted.waiting, isIts) > 0;
        if (hasWaited && wanted.waiting.empty() && !wanted.isProducers
            && wanted.progress == Wanted::Asked) {
            wanted.question = 0;
            setProgress(wanted, Wanted::Unknown);
        }
    }
}

void Topology::forgetConsumer(quint64 consumer, bool cancelled)
{
    giveUp(consumer);
    m_wanted.forgetConsumer(consumer, cancelled);
    forgotten();
}

// Wishes went, and with them what was asked for their sake: a binding that waited for the name of
// its queue was not even sent, and is not answered.
void Topology::forgotten()
{
    m_isCounted = false;
    for (const Binding &binding : m_wanted.takeForgotten()) {
        if (m_channel)
            m_channel->unwanted(binding);
    }
    for (const Queue &queue : m_wanted.takeForgottenNameless())
        m_engine.tell(News::QueueNamed{queue, {}, {}});
    std::erase_if(m_rebuilding, [this](quint64 question) {
        const auto isIts = [question](const auto &entry) {
            return entry.second.question == question;
        };
        const auto &all = m_wanted.entities();
        return std::none_of(all.begin(), all.end(), isIts);
    });
    finishRebuilding();
}

void Topology::wasDeleted(const QString &queueName)
{
    const QString key = m_wanted.keyOf(queueName);
    for (auto &[place, wanted] : m_wanted.entities()) {
        if (wanted.queue == key && wanted.progress == Wanted::Declared)
            setProgress(wanted, Wanted::Unknown);
    }
}

Queue Topology::resolved(const Queue &queue) const
{
    const QString key = m_wanted.keyOf(queue);
    Queue now = queue;
    now.setName(m_wanted.nameOf(key));
    if (!queue.bindings().isEmpty() && queue.isDeclared() && !queue.isPassive())
        now.setBindings(m_wanted.bindingsOf(key));
    return now;
}

Binding Topology::toNow(Binding binding, const QString &queueKey) const
{
    if (binding.destinationExchange.isEmpty())
        binding.queue = m_wanted.nameOf(queueKey);
    return binding;
}

// Declared by a channel: on every link from now on. Who asked as well gets an answer of its own.
void Topology::keep(Wanted *wanted, std::variant<Exchange, Queue, Binding> wish)
{
    if (!wanted)
        return;
    wanted->wish = std::move(wish);
    wanted->isKept = true;
    if (wanted->progress != Wanted::Asked)
        setProgress(*wanted, Wanted::Declared);
}

void Topology::declare(const Exchange &exchange, Done<void> done)
{
    const auto keepIt = [this, exchange] { keep(m_wanted.add(exchange), exchange); };
    m_channel->declare(exchange, after<void>(keepIt, std::move(done)));
}

// Everything is asked at once, in the order exchanges, queue, bindings; the first error answers for
// all.
void Topology::declare(const Queue &queue, Done<QueueInfo> done)
{
    if (queue.isPassive())
        return m_channel->inspect(queue.name(), std::move(done));
    const QString key = m_wanted.keyOf(queue);
    declareParts(queue, key, [this, queue, key, done = std::move(done)](Result<QueueInfo> result) {
        Wanted *const wanted = result ? m_wanted.add(queue) : nullptr;
        keep(wanted, queue);
        if (wanted && queue.name().isEmpty())
            nameForAll(*wanted, result->name);
        for (const Binding &binding : result ? queue.bindings() : QList<Binding>())
            keep(m_wanted.add(binding, key), binding);
        done(std::move(result));
    });
}

void Topology::declareParts(const Queue &queue, const QString &key, Done<QueueInfo> done)
{
    const auto answer = std::make_shared<Gathering<QueueInfo>>(std::move(done));
    for (const Binding &binding : queue.bindings()) {
        const Wanted *known = m_wanted.find(WantedTopology::idOf(binding.exchange));
        const bool isThere = known && known->progress == Wanted::Declared && !known->isForeign
            && std::get<Exchange>(known->wish) == binding.exchange;
        if (!isThere && m_wanted.isDeclarable(binding.exchange))
            declare(binding.exchange, answer->part());
    }
    Queue now = queue;
    if (!m_serverNames)
        now.setName(m_wanted.nameOf(key));
    answer->setValue({now.name(), 0, 0});
    const auto bindAll = [this, queue, answer](const QString &to) {
        for (Binding binding : queue.bindings()) {
            binding.queue = to;
            m_channel->bind(binding, answer->part());
        }
    };
    if (queue.isDeclared()) {
        m_channel->declare(now,
                           [bindAll, isNameless = now.name().isEmpty(),
                            done = answer->valuePart()](const Result<QueueInfo> &result) {
                               if (isNameless && result)
                                   bindAll(result->name); // it could not be bound before
                               done(result);
                           });
    }
    if (!now.name().isEmpty())
        bindAll(now.name());
    answer->seal();
}

void Topology::bind(const Binding &binding, Done<void> done)
{
    const QString key = m_wanted.keyOf(binding.queue);
    const auto keepIt = [this, binding, key] { keep(m_wanted.add(binding, key), binding); };
    m_channel->bind(toNow(binding, key), after<void>(keepIt, std::move(done)));
}

void Topology::unbind(const Binding &binding, Done<void> done)
{
    const auto forgetIt = [this, binding, last = m_lastQuestion] {
        const QString id = WantedTopology::idOf(binding, m_wanted.keyOf(binding.queue));
        const Wanted *wanted = m_wanted.find(id);
        if (wanted && wanted->isAskedAfter(last))
            return; // made again
        m_engine.bindingsRemoved([this, id](const Queue &queue, const Binding &other) {
            return WantedTopology::idOf(other, m_wanted.keyOf(queue)) == id;
        });
        m_wanted.forgetBinding(binding);
        forgotten();
    };
    m_channel->unbind(toNow(binding, m_wanted.keyOf(binding.queue)),
                      after<void>(forgetIt, std::move(done)));
}

// Every wish for it is forgotten with it. While it is under way the broker may tell our own
// consumers that their queue is gone: they must not declare it again.
void Topology::remove(const Queue &queue, const RemoveOptions &options, Done<qint64> done)
{
    const QString key = m_wanted.keyOf(queue);
    Queue now = queue;
    now.setName(m_wanted.nameOf(key));
    m_removing.insert(now.name());
    m_channel->remove(
        now, options,
        [this, key, name = now.name(), done = std::move(done)](Result<qint64> result) {
            m_removing.remove(name);
            if (result) {
                m_engine.queueRemoved(name);
                m_wanted.forgetQueue(key);
                forgotten();
            }
            done(std::move(result));
        });
}

void Topology::remove(const Exchange &exchange, const RemoveOptions &options, Done<void> done)
{
    const auto forgetIt = [this, name = exchange.name(), last = m_lastQuestion] {
        m_engine.bindingsRemoved([&](const Queue &queue, const Binding &binding) {
            const Wanted *wanted =
                m_wanted.find(WantedTopology::idOf(binding, m_wanted.keyOf(queue)));
            const bool isMadeAgain = wanted && wanted->isAskedAfter(last);
            return !isMadeAgain
                && (binding.exchange.name() == name || binding.destinationExchange == name);
        });
        m_wanted.forgetExchange(name, last);
        forgotten();
    };
    m_channel->remove(exchange, options, after<void>(forgetIt, std::move(done)));
}

} // namespace Qombu
