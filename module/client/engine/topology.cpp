// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/topology.h"

#include "client/engine/engine.h"
#include "client/engine/gathering.h"
#include "client/engine/refusal.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {

namespace {

// So long a broker may take a lost connection for a living one: two heartbeats of a minute, and
// some time for what it was doing.
constexpr auto LongestLock = std::chrono::minutes(3);

// Some brokers want the right to declare even for looking: then consuming tells.
Done<QueueInfo> lookingIfAllowed(Done<QueueInfo> done)
{
    return [done = std::move(done)](Result<QueueInfo> result) {
        const bool isUnknown = !result.isOk() && Refusal::isOfRights(result.error());
        done(isUnknown ? Result<QueueInfo>(QueueInfo()) : std::move(result));
    };
}

// Somebody else may have made this binding, or nobody.
BrokerNotice unsure(const Wanted &binding, const Error &why)
{
    BrokerNotice notice;
    notice.kind = BrokerNotice::Permission;
    notice.queue = binding.name;
    notice.error = why;
    notice.text = QCoreApplication::translate(
                      "Qombu::Connection",
                      "The binding to the exchange \"%1\" could not be made: what is there is used "
                      "as it is. %2")
                      .arg(std::get<Binding>(binding.wish).exchange.name(), why.text());
    return notice;
}

} // namespace

Topology::Topology(Engine &engine)
    : m_engine(engine)
    , m_awaited(m_wanted)
    , m_watch(engine.hub(), engine.options().requestTimeout, m_wanted, *this)
    , m_changes(engine, *this, m_wanted, m_naming)
    , m_backoff(engine.options())
{
}

void Topology::linkUp(Link &link, std::function<void()> finished)
{
    m_channel = link.openTopology();
    m_naming.linkUp(*m_channel);
    m_changes.linkUp(*m_channel);
    m_serverNames = link.capabilities().testFlag(Capability::ServerNamesQueues);
    m_finished = std::move(finished);
    m_linkUpAt = m_engine.hub()->now();
    m_isIssuing = true;
    for (auto &[place, wanted] : m_wanted.entities()) {
        wanted.isRebuilt = true;
        wanted.told = {};
        ask(wanted);
    }
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
    m_isLaterLink = m_isLaterLink || m_channel;
    m_naming.linkDown();
    m_channel.reset();
    m_finished = nullptr;
    m_watch.linkDown();
    m_finishTimer.cancel();
    m_mayBeLost = false;
    m_untold.clear();
    m_rebuilding.clear();
    m_changes.linkDown();
    m_retryTimer.cancel();
    m_isRetrying = false;
    m_backoff.reset();
    m_wanted.forgetAlone();
    forgotten();
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
    m_awaited.moved();
}

bool Topology::isAwaited(const QString &exchange, const QString &routingKey, quint64 token)
{
    if (token != 0)
        return m_awaited.contains(WantedTopology::queueId(WantedTopology::keyOf(token)));
    return m_awaited.contains(exchange.isEmpty()
                                  ? WantedTopology::queueId(m_wanted.keyOf(routingKey))
                                  : WantedTopology::idOf(Exchange(exchange)));
}

// Requests are carried out in order, so all are sent at once; but a binding to a queue whose name
// the broker is just making waits for it.
void Topology::ask(Wanted &wanted)
{
    if (!m_channel || wanted.progress == Wanted::Asked)
        return;
    setProgress(wanted, Wanted::Asked);
    const quint64 question = wanted.question = ++m_lastQuestion;
    wanted.askedAt = m_engine.hub()->now();
    m_watch.asked();
    if (m_finished)
        m_rebuilding.insert(question);
    if (const auto *exchange = std::get_if<Exchange>(&wanted.wish)) {
        m_channel->declare(*exchange, answerFor(wanted));
    } else if (const auto *wish = std::get_if<Queue>(&wanted.wish)) {
        declareAlone(*wish, wanted.queue,
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

QString Topology::knownName(const Queue &queue, const QString &key) const
{
    return m_serverNames ? queue.name() : m_wanted.nameOf(key);
}

void Topology::declareAlone(const Queue &queue, const QString &key, Done<QueueInfo> done)
{
    Queue now = queue;
    now.setName(knownName(queue, key));
    if (now.name().isEmpty())
        m_naming.declare(key, now, std::move(done));
    else
        m_channel->declare(now, std::move(done));
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
    m_channel->bind(m_wanted.resolved(std::get<Binding>(wanted.wish), wanted.queue),
                    answerFor(wanted));
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

void Topology::answered(const QString &id, quint64 question, const Error &answer)
{
    m_watch.answered();
    end(id, question, answer);
}

void Topology::end(const QString &id, quint64 question, const Error &answer)
{
    Wanted *const wanted = m_wanted.find(id);
    if (wanted && wanted->question == question)
        take(*wanted, answer);
    m_engine.topologyMoved();
    if (m_rebuilding.erase(question) == 0)
        return;
    if (answer.kind() == Error::Timeout)
        m_rebuilding.clear(); // consumers do not wait for what nobody answers
    m_mayBeLost = m_mayBeLost || Refusal::isLikeLoss(answer);
    finishRebuilding();
}

void Topology::take(Wanted &wanted, const Error &answer)
{
    const bool isNeeded = !wanted.consumers.empty() || wanted.wasOurs;
    const bool mustBeMade = wanted.isAlone && std::holds_alternative<Binding>(wanted.wish);
    const bool isForeign = answer.isError() && !mustBeMade
        && Refusal::ofDeclaring(answer, wanted.wish, isNeeded) == Refusal::AsItIs;
    const bool isRefused = answer.isError() && !isForeign;
    setProgress(wanted, isRefused ? Wanted::Refused : Wanted::Declared);
    wanted.isForeign = isForeign;
    wanted.isRefusalNew = wanted.waiting.empty();
    if (isRefused) {
        wanted.refusal = answer;
        tellRefusal(wanted);
        if (wanted.isKept && wanted.isRefusedForNow())
            retryLater();
    } else {
        wanted.wasOurs = wanted.wasOurs || !isForeign;
        wanted.isRebuilt = false;
        if (isForeign && std::holds_alternative<Binding>(wanted.wish))
            m_engine.notices().add(unsure(wanted, answer));
    }
    for (const auto &[consumer, done] : std::exchange(wanted.waiting, {}))
        done(isRefused ? answer : Error());
}

// Of what a Channel or a Producer wants on every link; who asks on this one gets an answer of his
// own. Bindings of a queue that is told of are not told of as well.
void Topology::tellRefusal(Wanted &wanted)
{
    const Error &error = wanted.refusal;
    const Wanted *queue = namelessQueueOf(wanted);
    const bool isNews = wanted.isKept && wanted.isRebuilt && !Refusal::isSame(wanted.told, error)
        && !(wanted.wasOurs && mayBeOurs(error)) && !(queue && queue->progress == Wanted::Refused);
    if (!isNews)
        return;
    wanted.told = error;
    if (m_finished && Refusal::isLikeLoss(error))
        m_untold.push_back(error);
    else
        m_engine.reportError(error);
}

bool Topology::mayBeOurs(const Error &lock) const
{
    return Refusal::isLock(lock) && m_isLaterLink
        && m_engine.hub()->now() < m_linkUpAt + LongestLock;
}

bool Topology::isSilent()
{
    if (m_finished)
        m_engine.linkIsSilent();
    return !m_channel;
}

void Topology::isLate(const QString &id, quint64 question)
{
    end(id, question, requestTimedOut(m_engine.options().requestTimeout, {}));
}

// Nothing else waits for it.
void Topology::isOvertaken()
{
    m_rebuilding.clear();
    finishRebuilding();
    std::set<quint64> consumers;
    for (const auto &[place, wanted] : m_wanted.entities()) {
        if (!m_watch.isOvertaken(wanted))
            continue;
        for (const auto &[consumer, done] : wanted.waiting)
            consumers.insert(consumer);
    }
    m_engine.waitNoLongerFor(consumers);
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
    QStringList ids;
    for (const auto &[place, wanted] : m_wanted.entities()) {
        if (wanted.isKept && wanted.isRefusedForNow())
            ids.append(wanted.id);
    }
    for (const QString &id : std::as_const(ids)) { // an answer may end consumers, and their wishes
        if (Wanted *wanted = m_wanted.find(id))
            ask(*wanted);
    }
    if (ids.isEmpty())
        m_backoff.reset();
}

std::vector<Wanted *> Topology::partsOf(const Queue &queue)
{
    std::vector<Wanted *> parts;
    const QString key = m_wanted.keyOf(queue);
    const QList<Binding> bindings = WantedTopology::bindingsOf(queue);
    for (const Binding &binding : bindings)
        parts.push_back(m_wanted.add(binding.exchange));
    parts.push_back(m_wanted.add(queue));
    for (const Binding &binding : bindings)
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

QString Topology::wantAlone(const DelayedDelivery::Entity &entity)
{
    const auto *binding = std::get_if<Binding>(&entity);
    const auto *queue = std::get_if<Queue>(&entity);
    Wanted *const wanted = binding ? m_wanted.add(*binding, m_wanted.keyOf(binding->queue))
        : queue                    ? m_wanted.add(*queue)
                                   : m_wanted.add(std::get<Exchange>(entity));
    if (!wanted)
        return {};
    if (wanted->progress == Wanted::Refused && !wanted->isRefusedForNow())
        setProgress(*wanted, Wanted::Unknown);
    wish(*wanted, true);
    return wanted->id;
}

bool Topology::isAwaited(const QString &id) const
{
    const Wanted *wanted = m_wanted.find(id);
    return wanted && (wanted->progress == Wanted::Asked || wanted->isRefusedForNow());
}

Error Topology::refusalOf(const QString &id) const
{
    const Wanted *wanted = m_wanted.find(id);
    return wanted && !wanted->isRefusedForNow() ? wanted->refusal : Error();
}

// As many producers as like may wish it; what was refused to one is asked no more for others.
void Topology::wish(Wanted &wanted, bool isAlone)
{
    wanted.isAlone = isAlone && (wanted.isAlone || !wanted.isKept);
    wanted.isKept = true;
    const bool isFirst = !std::exchange(wanted.isProducers, true);
    m_awaited.moved();
    if (wanted.progress == Wanted::Unknown || (isFirst && wanted.progress == Wanted::Refused))
        ask(wanted);
}

Error Topology::whyNameless(quint64 token)
{
    const Wanted *queue = m_wanted.find(WantedTopology::queueId(WantedTopology::keyOf(token)));
    if (queue && queue->isRefusedForNow())
        return {}; // it is awaited
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
    return wanted && wanted->isProducers && !wanted->isRefusedForNow() ? wanted->refusal : Error();
}

void Topology::need(const Queue &queue, quint64 consumer, Done<QueueInfo> ready)
{
    if (queue.isPassive())
        return m_channel->inspect(queue.name(), lookingIfAllowed(std::move(ready)));
    const auto answer = std::make_shared<Gathering<QueueInfo>>(std::move(ready));
    const std::vector<Wanted *> parts = partsOf(queue);
    for (Wanted *wanted : parts)
        wanted->consumers.insert(consumer); // an answer may end other consumers
    for (Wanted *wanted : parts) {
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

void Topology::forgetConsumer(quint64 consumer, bool cancelled, const QList<Queue> &stays)
{
    if (stays.isEmpty())
        giveUp(consumer);
    m_wanted.forgetConsumer(consumer, cancelled, stays);
    forgotten();
}

// Wishes went, and with them what was asked for their sake: a binding that waited for the name of
// its queue was not even sent, and is not answered.
void Topology::forgotten()
{
    m_awaited.moved();
    for (const Binding &binding : m_wanted.takeForgotten()) {
        if (m_channel)
            m_channel->unwanted(binding);
    }
    for (const Queue &queue : m_wanted.takeForgottenNameless()) {
        m_naming.forget(m_wanted.keyOf(queue));
        m_engine.tell(News::QueueNamed{queue, {}, {}});
    }
    std::erase_if(m_rebuilding, [this](quint64 question) {
        const auto isIts = [question](const auto &entry) {
            return entry.second.question == question;
        };
        const auto &all = m_wanted.entities();
        return std::none_of(all.begin(), all.end(), isIts);
    });
    finishRebuilding();
}

// With its bindings may have gone exchanges that live by them.
void Topology::wasDeleted(const QString &queueName)
{
    const QString key = m_wanted.keyOf(queueName);
    m_naming.forget(key);
    std::vector<Wanted *> gone;
    for (auto &[place, wanted] : m_wanted.entities()) {
        if (wanted.queue != key)
            continue;
        gone.push_back(&wanted);
        const auto *binding = std::get_if<Binding>(&wanted.wish);
        Wanted *const source =
            binding ? m_wanted.find(WantedTopology::idOf(binding->exchange)) : nullptr;
        if (source && std::get<Exchange>(source->wish).isAutoDelete())
            gone.push_back(source);
    }
    for (Wanted *wanted : gone) {
        if (wanted->progress == Wanted::Declared)
            setProgress(*wanted, Wanted::Unknown);
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

// Declared by a channel: on every link from now on. Who asked as well gets an answer of its own.
void Topology::keep(Wanted *wanted, std::variant<Exchange, Queue, Binding> wish)
{
    if (!wanted)
        return;
    wanted->wish = std::move(wish);
    wanted->isKept = true;
    wanted->isAlone = false;
    wanted->wasOurs = true;
    if (wanted->progress != Wanted::Asked)
        setProgress(*wanted, Wanted::Declared);
}

} // namespace Qombu
