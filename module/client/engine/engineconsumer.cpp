// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/engineconsumer.h"

#include "client/engine/engine.h"
#include "core/logging_p.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>

namespace Qombu {
namespace {

// Who consumed for so long, or got something, has worked: what comes then is not more of the same.
constexpr auto LongWork = std::chrono::seconds(10);

struct EngineConsumerText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::EngineConsumer)
};

} // namespace

EngineConsumer::EngineConsumer(Engine &engine, quint64 id, const ConsumerWish &wish)
    : Intake(engine, id, wish)
    , m_engine(engine)
    , m_id(id)
    , m_wish(wish)
    , m_queues(wish.queues)
    , m_declarer(engine.topology(), id)
    , m_hold(engine.hold())
    , m_backoff(engine.options())
    , m_isClosing(engine.isClosing())
{
    setClosing(m_isClosing);
}

void EngineConsumer::linkReady()
{
    if (m_state != State::NoLink)
        return;
    if (m_isClosing)
        endAttempt(); // this link is there for what is still to be published
    else
        begin();
}

void EngineConsumer::linkDown()
{
    dropChannels();
    m_timer.cancel();
    m_declarer.stop();
    m_abandoned = 0;
    if (!m_engine.holdsOutlive())
        forgetHeld();
    m_lastClosing = {};
    hasWorked();
    m_consumingSince.reset();
    m_backoff.reset();
    if (m_state == State::Cancelling) {
        drained();
    } else if (m_state != State::Dead && m_state != State::Cancelled) {
        m_state = State::NoLink;
        if (!m_hold)
            m_hold = m_engine.hold();
        reportState(Consumer::Starting);
    }
}

void EngineConsumer::gaveUp(const Error &error)
{
    m_told.clear();
    if (m_state == State::NoLink)
        tellFailure(error);
}

void EngineConsumer::dropChannels()
{
    m_next.reset();
    m_leaving.reset();
    m_channel.reset();
}

void EngineConsumer::begin()
{
    if (!m_channel)
        m_channel = m_engine.link()->openDeliver(this);
    m_state = State::Declaring;
    m_isRejoining = false;
    m_queues.setAllPresent();
    declare(m_queues.all(), &EngineConsumer::subscribe);
}

void EngineConsumer::arm(void (EngineConsumer::*late)())
{
    m_timer = m_engine.hub()->callLater(m_engine.options().requestTimeout,
                                        [this, late] { (this->*late)(); });
}

// Then goes on with those that were not refused. They do not wait for others that nobody answers
// for.
void EngineConsumer::declare(const QList<Queue> &queues, void (EngineConsumer::*then)())
{
    QList<Queue> declared;
    m_joining.clear();
    for (const Queue &queue : queues)
        (m_wish.declaresQueues && queue.isDeclared() ? declared : m_joining).append(queue);
    m_whenDeclared = then;
    arm(&EngineConsumer::declareLate);
    m_declarer.start(
        declared, [this](const Queue &queue, const Error &error) { queueDeclared(queue, error); },
        [this] { (this->*m_whenDeclared)(); });
}

void EngineConsumer::queueDeclared(const Queue &queue, const Error &error)
{
    if (error.isError())
        refuse(queue, error, Refusal::ofConsuming(error, m_hasConsumed, m_wish.exclusive));
    else if (m_queues.isAbsent(queue))
        m_joining.append(queue);
}

void EngineConsumer::declareLate()
{
    const Error error = requestTimedOut(m_engine.options().requestTimeout, {});
    const QList<Queue> late = m_declarer.stop();
    if (late.size() == m_queues.all().size())
        return failed(error, Refusal::Wait);
    for (const Queue &queue : late)
        refuse(queue, error, Refusal::Wait);
    (this->*m_whenDeclared)();
}

ConsumeRequest EngineConsumer::requestFor(const QList<Queue> &queues) const
{
    ConsumeRequest request;
    request.consumer = m_id;
    for (const Queue &queue : queues)
        request.queues.append(m_engine.topology().resolved(queue));
    request.noAck = m_wish.ackMode == AckMode::None;
    request.exclusive = m_wish.exclusive;
    request.tag = m_wish.tag;
    request.count = m_wish.prefetchCount;
    request.bytes = m_wish.prefetchBytes;
    request.again = m_hasConsumed;
    return request;
}

void EngineConsumer::subscribe()
{
    const QList<Queue> queues = m_queues.present();
    if (queues.isEmpty())
        return retry();
    if (m_wish.prefetchCount <= 0
        && !m_engine.link()->capabilities().testFlag(Capability::PrefetchBytes)) {
        return failed(
            Error(Error::Unsupported,
                  EngineConsumerText::tr(
                      "This broker cannot limit unsettled messages by bytes: set a prefetch "
                      "count of 1 or more.")),
            Refusal::End);
    }
    m_state = State::Subscribing;
    m_isWindowNew = false;
    arm(&EngineConsumer::subscribeLate);
    m_channel->consume(requestFor(queues),
                       [this](const Result<void> &result) { subscribed(result.error()); });
    if (m_wish.isPaused || isThrottled() || m_isClosing)
        balance();
}

void EngineConsumer::subscribeLate()
{
    m_channel.reset();
    failed(requestTimedOut(m_engine.options().requestTimeout, {}), Refusal::Wait);
}

void EngineConsumer::subscribed(const Error &error)
{
    if (m_state == State::Cancelling) { // it was asked for meanwhile
        if (error.isError())
            drained();
        else
            cancel();
        return;
    }
    if (m_state != State::Subscribing)
        return;
    if (!error.isError())
        return goOn();
    const auto consequence = Refusal::ofConsuming(error, m_hasConsumed, m_wish.exclusive);
    QList<Queue> refused = queuesIn(error);
    if (refused.isEmpty() && m_queues.all().size() == 1)
        refused = m_queues.all();
    if (mayDeclareAgain(refused, error))
        return begin();
    if (refused.isEmpty() || m_queues.all().size() == 1)
        return failed(error, consequence);
    for (const Queue &queue : refused)
        refuse(queue, error, consequence);
    if (m_state == State::Subscribing)
        subscribe();
}

// Somebody may have deleted it since it was declared; twice in a row is an answer.
bool EngineConsumer::mayDeclareAgain(const QList<Queue> &queues, const Error &error)
{
    if (error.kind() != Error::NotFound || error.isRecoverable() || !m_wish.declaresQueues)
        return false;
    bool may = false;
    for (const Queue &queue : queues) {
        const QString name = nameOf(queue);
        if (!queue.isDeclared() || queue.isPassive() || m_declaredAgain.contains(name))
            continue;
        m_declaredAgain.append(name);
        m_engine.topology().wasDeleted(name);
        may = true;
    }
    return may;
}

void EngineConsumer::goOn()
{
    m_declaredAgain.clear();
    m_state = State::Consuming;
    m_hasConsumed = true;
    m_isEndTold = false;
    m_consumingSince = m_engine.hub()->now();
    m_engine.linkWorked();
    sendWindow();
    endAttempt();
    reportState(m_wish.isPaused ? Consumer::Paused : Consumer::Consuming);
    rejoinLater();
}

// The absent ones are looked for beside the others, which know nothing of it.
void EngineConsumer::rejoinLater()
{
    if (!m_queues.hasAbsent() || std::exchange(m_isRejoining, true))
        return;
    const auto delay = m_backoff.next(m_engine.hub()->random());
    m_timer = m_engine.hub()->callLater(delay, [this] {
        if (!m_isClosing)
            declare(m_queues.absent(), &EngineConsumer::consumeAlso);
    });
}

void EngineConsumer::rejoined()
{
    m_declarer.stop();
    m_timer.cancel();
    m_next.reset();
    m_isRejoining = false;
    rejoinLater();
}

// A consumer with more queues takes the place of the one that is there, which is not ended before,
// so that nothing waits and a queue that lives by its consumers stays. Where two cannot be beside
// each other it has to go first.
void EngineConsumer::consumeAlso()
{
    if (m_joining.isEmpty())
        return rejoined();
    if (m_wish.exclusive)
        return cancelToJoin();
    if (!m_channel->mayBeReplaced())
        return beginAnew();
    arm(&EngineConsumer::rejoined);
    m_isWindowNew = false;
    m_next = m_engine.link()->openDeliver(this);
    m_next->consume(requestFor(m_queues.presentAnd(m_joining)),
                    [this](const Result<void> &result) { consumedAlso(result.error()); });
}

void EngineConsumer::cancelToJoin()
{
    arm(&EngineConsumer::beginAnew);
    m_channel->cancel([this](const Result<void> &) {
        if (m_state == State::Consuming && m_isRejoining)
            beginAnew();
    });
}

void EngineConsumer::beginAnew()
{
    m_channel.reset();
    begin();
}

void EngineConsumer::consumedAlso(const Error &error)
{
    if (!error.isError()) {
        m_declaredAgain.clear();
        for (const Queue &queue : std::exchange(m_joining, {}))
            m_queues.setAbsent(queue, false);
        m_leaving = std::exchange(m_channel, std::move(m_next));
        m_leaving->cancel([this](const Result<void> &) { m_leaving.reset(); });
        m_isWindowNew = true;
        sendWindow();
        balance();
        return rejoined();
    }
    const auto consequence = Refusal::ofConsuming(error, m_hasConsumed, m_wish.exclusive);
    for (const Queue &queue : queuesIn(error)) {
        const bool isConsumed = !m_queues.isAbsent(queue); // by the one that is there
        if (!isConsumed && !mayDeclareAgain({queue}, error))
            refuse(queue, error, consequence);
    }
    rejoined();
}

void EngineConsumer::endAttempt()
{
    m_timer.cancel();
    m_hold.reset();
}

// Of one queue: the others stay.
void EngineConsumer::refuse(const Queue &queue, const Error &error,
                            Refusal::Consequence consequence)
{
    const bool isAlone = m_queues.all().size() == 1;
    const QString name = nameOf(queue);
    const Error named = isAlone ? error : error.withWhere(QStringLiteral("queue/") + name);
    if (consequence == Refusal::Wait) {
        m_queues.setAbsent(queue, true);
        tellFailure(named.withRecoverable(true));
    } else if (isAlone) {
        failed(error, consequence);
    } else {
        tellFailure(named);
        leave({queue}, name);
    }
}

void EngineConsumer::failed(const Error &error, Refusal::Consequence consequence)
{
    tellFailure(consequence == Refusal::Wait ? error.withRecoverable(true) : error);
    if (consequence == Refusal::Wait)
        return retry();
    if (m_hasConsumed && !std::exchange(m_isEndTold, true))
        m_engine.tell(News::ConsumerCancelled{m_id, error});
    end();
}

// What refuses again and again is told once, and a lock that our own former connection may have
// left not at all, as long as it may.
void EngineConsumer::tellFailure(const Error &error)
{
    const bool isTold = std::ranges::any_of(m_told, [&](const Error &one) {
        return Refusal::isSame(one, error) && one.isRecoverable() == error.isRecoverable();
    });
    if (isTold || (m_hasConsumed && m_engine.topology().mayBeOurs(error)))
        return;
    m_told.push_back(error);
    m_engine.tell(News::ConsumerFailed{m_id, error});
}

// Since it began to consume: then what comes now is not more of the same. True: something came.
bool EngineConsumer::hasWorked()
{
    const bool isLong = m_consumingSince && m_engine.hub()->now() - *m_consumingSince >= LongWork;
    const bool wasGiven = wasGivenMore();
    if (wasGiven || isLong) {
        m_backoff.reset();
        m_told.clear();
    }
    return wasGiven;
}

void EngineConsumer::end()
{
    endAttempt();
    m_declarer.stop();
    m_next.reset();
    m_state = State::Dead;
    m_engine.topology().forgetConsumer(m_id, m_consumingSince.has_value());
    reportState(Consumer::Stopped);
}

void EngineConsumer::retry()
{
    endAttempt();
    m_declarer.stop();
    m_state = State::RetryWait;
    reportState(Consumer::Starting);
    const auto delay = m_backoff.next(m_engine.hub()->random());
    m_timer = m_engine.hub()->callLater(delay, [this] { begin(); });
}

void EngineConsumer::obey(const Order::Tune &order)
{
    const ConsumerTuning &tuning = order.tuning;
    m_isWindowNew = m_isWindowNew || tuning.prefetchCount != m_wish.prefetchCount
        || tuning.prefetchBytes != m_wish.prefetchBytes;
    static_cast<ConsumerTuning &>(m_wish) = tuning;
    setAccept(tuning.accept);
    setWindow(tuning.prefetchCount, tuning.prefetchBytes);
    sendWindow();
    balance();
}

void EngineConsumer::sendWindow()
{
    if (m_channel && m_state == State::Consuming && std::exchange(m_isWindowNew, false))
        m_channel->setWindow(m_wish.prefetchCount, m_wish.prefetchBytes);
}

void EngineConsumer::stopFetching()
{
    m_isClosing = true;
    m_next.reset();
    setClosing(true);
    balance();
    if (!m_channel || m_wish.ackMode != AckMode::None)
        return;
    // Cancelled first: what is still on its way to this consumer then goes back behind.
    if (m_state == State::Consuming)
        m_channel->cancel([](const Result<void> &) {});
    if (!hasAhead())
        return;
    putBackAhead();
    m_engine.tell(News::PutBack{m_id});
}

void EngineConsumer::closingEnded()
{
    m_isClosing = false;
    setClosing(false);
    forgetHeld();
    balance();
}

void EngineConsumer::balance()
{
    if (m_channel && (m_state == State::Consuming || m_state == State::Subscribing))
        m_channel->setPaused(m_wish.isPaused || isThrottled() || m_isClosing);
}

void EngineConsumer::abandoned(const DeliveryKey &key)
{
    released(key);
    if (key.broadcastBytes > 0)
        return;
    const bool fetches = m_state == State::Consuming && !m_isClosing;
    ++m_abandoned;
    if (m_warned || !fetches || key.number <= m_deadUpTo || m_wish.prefetchCount <= 0
        || m_abandoned < m_wish.prefetchCount)
        return;
    m_warned = true;
    qCWarning(lcClient,
              "The consumer of %s gets no more messages: its prefetch window of %d is full of "
              "messages that nobody holds a copy of and nobody settled. Call ack(), reject() or "
              "requeue(), or use AckMode::Auto.",
              qUtf8Printable(firstQueue()), m_wish.prefetchCount);
}

void EngineConsumer::cancel()
{
    const State before = std::exchange(m_state, State::Cancelling);
    stop();
    endAttempt();
    m_declarer.stop();
    const bool isSubscribed = before == State::Consuming || before == State::Cancelling;
    if (before == State::Subscribing && m_channel) {
        // Its answer comes first; then subscribed() asks again.
    } else if (isSubscribed && m_channel) {
        m_channel->cancel([this](const Result<void> &) { drained(); });
    } else {
        drained();
        return;
    }
    if (m_state == State::Cancelling) {
        m_timer =
            m_engine.hub()->callLater(m_engine.options().requestTimeout, [this] { drained(); });
    }
}

void EngineConsumer::drained()
{
    if (m_state != State::Cancelling)
        return;
    m_state = State::Cancelled;
    m_timer.cancel();
    m_engine.tell(News::ConsumerDrained{m_id});
}

void EngineConsumer::finishCancel(std::vector<quint64> &&undelivered)
{
    std::vector<quint64> numbers = std::move(undelivered);
    const std::vector<quint64> leftover = takeLeftover();
    numbers.insert(numbers.end(), leftover.begin(), leftover.end());
    std::erase_if(numbers, [this](quint64 number) { return m_engine.isDead(number, m_deadUpTo); });
    m_engine.giveBack(std::move(numbers));
    putBackAhead();
}

QString EngineConsumer::firstQueue() const
{
    return nameOf(m_queues.all().value(0));
}

QString EngineConsumer::nameOf(const Queue &queue) const
{
    return m_engine.topology().resolved(queue).name();
}

void EngineConsumer::reportState(Consumer::State state)
{
    m_engine.tell(News::ConsumerState{m_id, state});
}

QList<Queue> EngineConsumer::queuesCalled(const QString &name) const
{
    QList<Queue> queues = m_queues.all();
    queues.removeIf([&](const Queue &queue) { return nameOf(queue) != name; });
    return queues;
}

QList<Queue> EngineConsumer::queuesIn(const Error &error) const
{
    const QLatin1StringView kind("queue/");
    return error.where().startsWith(kind) ? queuesCalled(error.where().mid(kind.size()))
                                          : QList<Queue>();
}

// While a queue is removed by a channel of ours, the answer to that ends us. One that somebody else
// deleted is declared again, if it is ours to declare; a consumer ends with its last queue.
void EngineConsumer::consumerCancelled(const QString &name, const Error &why)
{
    if (m_state == State::Cancelled || m_state == State::Dead
        || m_engine.topology().isBeingRemoved(name))
        return;
    if (m_state == State::Cancelling) {
        drained();
        return;
    }
    const QList<Queue> queues = queuesCalled(name);
    if (queues.isEmpty() || m_queues.isAbsent(queues.first()))
        return; // another channel of ours said so
    hasWorked();
    m_engine.topology().wasDeleted(name);
    const auto consequence = Refusal::ofCancelling(why);
    if (m_queues.present().size() == queues.size())
        return endedByBroker(why, consequence);
    for (const Queue &queue : queues)
        refuse(queue, why, consequence);
    if (m_state == State::Consuming)
        rejoinLater();
}

void EngineConsumer::endedByBroker(const Error &why, Refusal::Consequence consequence)
{
    dropChannels();
    m_isEndTold = true;
    m_engine.tell(News::ConsumerCancelled{m_id, why});
    tellFailure(why);
    if (consequence == Refusal::Wait)
        retry();
    else
        end();
}

void EngineConsumer::queueRemoved(const QString &name)
{
    const QList<Queue> queues = queuesCalled(name);
    if (queues.isEmpty() || m_state == State::Cancelling || m_state == State::Cancelled
        || m_state == State::Dead)
        return;
    const QList<Queue> others = m_queues.present();
    const bool goesOn = m_state == State::Consuming && m_channel && m_channel->mayBeReplaced()
        && others.size() > queues.size();
    if (goesOn) // the channel knows it, too
        return leave(queues, name);
    m_declarer.stop();
    dropChannels();
    if (m_queues.all().size() > queues.size()) {
        leave(queues, name);
        return begin();
    }
    const QString text = EngineConsumerText::tr("The queue \"%1\" was removed.").arg(name);
    endedByBroker(Error(Error::NotFound, text).withRecoverable(false), Refusal::End);
}

// The others stay.
void EngineConsumer::leave(const QList<Queue> &queues, const QString &name)
{
    m_engine.tell(News::ConsumerLeft{m_id, name});
    m_queues.remove(queues);
    m_engine.topology().forgetConsumer(m_id, false, m_queues.all());
}

void EngineConsumer::bindingsRemoved(const IsRemoved &isRemoved)
{
    m_queues.forgetBindings(isRemoved);
}

void EngineConsumer::queueNamed(const QString &before, const QString &name)
{
    m_queues.rename(before, name);
}

// What made the broker close it once may be over; twice in a row is an answer.
void EngineConsumer::channelClosed(const Error &why)
{
    dropChannels();
    if (!m_engine.holdsOutlive()) {
        m_deadUpTo = m_engine.numbers().last();
        m_engine.tell(News::DropFetched{m_id, m_deadUpTo});
        forgetHeld();
    }
    const bool wasGiven = hasWorked();
    if (m_state == State::Cancelling) {
        drained();
    } else if (m_state == State::Consuming && (wasGiven || !Refusal::isSame(m_lastClosing, why))) {
        m_lastClosing = why;
        failed(why, Refusal::Wait);
    } else if (m_state != State::Cancelled && m_state != State::Dead
               && m_state != State::RetryWait) {
        failed(why, Refusal::ofConsuming(why, m_hasConsumed, m_wish.exclusive));
    }
}

} // namespace Qombu
