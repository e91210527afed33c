// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/engineconsumer.h"

#include "client/engine/engine.h"
#include "core/logging_p.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>

namespace Qombu {
namespace {

constexpr int AccessRefused = 403; // AMQP 0-9-1; of an exclusive consumer: it is not alone

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
    m_channel.reset();
    m_timer.cancel();
    m_attempt.reset();
    m_abandoned = 0;
    if (!m_engine.holdsOutlive())
        forgetHeld();
    m_lastClosing = {};
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

void EngineConsumer::begin()
{
    if (!m_channel)
        m_channel = m_engine.link()->openDeliver(this);
    m_state = State::Declaring;
    const auto timeout = m_engine.options().requestTimeout;
    m_timer = m_engine.hub()->callLater(timeout, [this, timeout] {
        m_channel.reset();
        failed(requestTimedOut(timeout, {}));
    });
    declareQueues();
}

void EngineConsumer::declareQueues()
{
    const QList<Queue> queues = m_wish.declaresQueues ? m_wish.queues : QList<Queue>();
    m_declaring = 1;
    m_attempt = std::make_shared<char>();
    for (const Queue &queue : queues) {
        if (!queue.isDeclared())
            continue;
        ++m_declaring;
        m_engine.topology().need(
            queue, m_id,
            [this, attempt = std::weak_ptr(m_attempt)](const Result<QueueInfo> &result) {
                if (!attempt.expired())
                    queueDeclared(result.error());
            });
        if (m_state != State::Declaring)
            return; // refused at once
    }
    queueDeclared(Error());
}

void EngineConsumer::queueDeclared(const Error &error)
{
    if (m_state != State::Declaring)
        return;
    if (error.isError())
        failed(error);
    else if (--m_declaring == 0)
        subscribe();
}

void EngineConsumer::subscribe()
{
    if (m_wish.prefetchCount <= 0
        && !m_engine.link()->capabilities().testFlag(Capability::PrefetchBytes)) {
        return failed(
            Error(Error::Unsupported,
                  EngineConsumerText::tr(
                      "This broker cannot limit unsettled messages by bytes: set a prefetch "
                      "count of 1 or more.")));
    }
    m_state = State::Subscribing;
    ConsumeRequest request;
    request.consumer = m_id;
    for (const Queue &queue : std::as_const(m_wish.queues))
        request.queues.append(m_engine.topology().resolved(queue));
    request.noAck = m_wish.ackMode == AckMode::None;
    request.exclusive = m_wish.exclusive;
    request.tag = m_wish.tag;
    request.count = m_wish.prefetchCount;
    request.bytes = m_wish.prefetchBytes;
    request.again = m_hasConsumed;
    m_isWindowNew = false;
    m_channel->consume(request, [this](const Result<void> &result) { subscribed(result.error()); });
    if (m_wish.isPaused || isThrottled() || m_isClosing)
        balance();
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
    if (error.isError()) {
        if (m_wish.exclusive && error.kind() == Error::Channel
            && error.replyCode() == AccessRefused)
            standBy(error);
        else
            failed(error);
        return;
    }
    m_state = State::Consuming;
    m_hasConsumed = true;
    m_engine.linkWorked();
    m_isStandingBy = false;
    sendWindow();
    m_backoff.reset();
    endAttempt();
    reportState(m_wish.isPaused ? Consumer::Paused : Consumer::Consuming);
}

void EngineConsumer::stopDeclaring()
{
    m_attempt.reset();
    m_engine.topology().giveUp(m_id);
}

void EngineConsumer::endAttempt()
{
    m_timer.cancel();
    m_hold.reset();
}

// Who wants a queue alone waits until the others have left it, and says so once.
void EngineConsumer::standBy(const Error &why)
{
    if (!std::exchange(m_isStandingBy, true))
        m_engine.tell(News::ConsumerFailed{m_id, why.withRecoverable(true)});
    endOrRetry(true);
}

// What was taken away may be granted again; what it never had has to be asked for.
void EngineConsumer::failed(const Error &error)
{
    const bool isTakenAway =
        m_hasConsumed && error.kind() == Error::Configuration && error.replyCode() == AccessRefused;
    const Error told = isTakenAway ? error.withRecoverable(true) : error;
    m_engine.tell(News::ConsumerFailed{m_id, told});
    endOrRetry(told.isRecoverable());
}

void EngineConsumer::endOrRetry(bool again)
{
    endAttempt();
    stopDeclaring();
    if (!again) {
        m_state = State::Dead;
        reportState(Consumer::Stopped);
        return;
    }
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
    stopDeclaring();
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
    return m_engine.topology().resolved(m_wish.queues.value(0)).name();
}

void EngineConsumer::reportState(Consumer::State state)
{
    m_engine.tell(News::ConsumerState{m_id, state});
}

QList<Queue> EngineConsumer::queuesCalled(const QString &name) const
{
    QList<Queue> queues;
    for (const Queue &queue : m_wish.queues) {
        if (m_engine.topology().resolved(queue).name() == name)
            queues.append(queue);
    }
    return queues;
}

// A consumer ends with its last queue. While a queue is removed by a channel of ours, the answer to
// that ends us; one that somebody else deleted is declared again, if it is ours to declare.
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
    const bool isOurs = m_wish.declaresQueues
        && std::any_of(queues.begin(), queues.end(),
                       [](const Queue &queue) { return queue.isDeclared() && !queue.isPassive(); });
    const bool again = why.isRecoverable() || (why.kind() == Error::NotFound && isOurs);
    m_engine.topology().wasDeleted(name);
    if (!again && m_wish.queues.size() > queues.size()) {
        leave(queues, name);
        m_engine.tell(News::ConsumerFailed{m_id, why});
        return;
    }
    m_channel.reset();
    endedByBroker(why, again);
}

void EngineConsumer::queueRemoved(const QString &name)
{
    const QList<Queue> queues = queuesCalled(name);
    if (queues.isEmpty() || m_state == State::Cancelling || m_state == State::Cancelled
        || m_state == State::Dead)
        return;
    m_channel.reset();
    stopDeclaring();
    if (m_wish.queues.size() > queues.size()) {
        leave(queues, name);
        return begin();
    }
    const QString text = EngineConsumerText::tr("The queue \"%1\" was removed.").arg(name);
    endedByBroker(Error(Error::NotFound, text).withRecoverable(false), false);
}

// The others stay.
void EngineConsumer::leave(const QList<Queue> &queues, const QString &name)
{
    m_wish.queues.removeIf([&](const Queue &queue) { return queues.contains(queue); });
    m_engine.tell(News::ConsumerLeft{m_id, name});
}

void EngineConsumer::endedByBroker(const Error &why, bool again)
{
    m_engine.tell(News::ConsumerCancelled{m_id, why});
    m_engine.tell(News::ConsumerFailed{m_id, why});
    endOrRetry(again);
}

// It goes on consuming, and does not declare them again.
void EngineConsumer::bindingsRemoved(const IsRemoved &isRemoved)
{
    for (Queue &queue : m_wish.queues) {
        QList<Binding> bindings = queue.bindings();
        if (bindings.removeIf([&](const Binding &one) { return isRemoved(queue, one); }) > 0)
            queue.setBindings(bindings);
    }
}

void EngineConsumer::queueNamed(const QString &before, const QString &name)
{
    for (Queue &queue : m_wish.queues) {
        if (!before.isEmpty() && queue.name() == before)
            queue.setName(name);
    }
}

// What made the broker close it once may be over; twice in a row is an answer.
void EngineConsumer::channelClosed(const Error &why)
{
    m_channel.reset();
    if (!m_engine.holdsOutlive()) {
        m_deadUpTo = m_engine.numbers().last();
        m_engine.tell(News::DropFetched{m_id, m_deadUpTo});
        forgetHeld();
    }
    if (m_state == State::Cancelling)
        drained();
    else if (m_state == State::Consuming && (wasGivenMore() || m_lastClosing != why))
        failed((m_lastClosing = why).withRecoverable(true));
    else if (m_state != State::Cancelled && m_state != State::Dead && m_state != State::RetryWait)
        failed(why);
}

} // namespace Qombu
