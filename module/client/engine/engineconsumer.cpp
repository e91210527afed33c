// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/engineconsumer.h"

#include "client/handles/connection_p.h"
#include "client/engine/engine.h"
#include "client/engine/incoming.h"
#include "core/logging_p.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {
namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::EngineConsumer)
};

} // namespace

EngineConsumer::EngineConsumer(Engine &engine, quint64 id, const ConsumerWish &wish)
    : DeliveryOwner(engine, id)
    , m_wish(wish)
    , m_accept(wish.accept.isEmpty() ? ContentCodec::AcceptList()
                                     : ContentCodec::AcceptList(wish.accept))
    , m_retryDelay(engine.options().retryFirst)
{
    m_hold = engine.hold();
    m_broadcasts.setLimits(wish.prefetchCount, wish.prefetchBytes);
}

EngineConsumer::~EngineConsumer() = default;

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
    closePort();
    m_timer.cancel();
    m_declaring = 0;
    m_isClosing = false;
    m_retryDelay = engine().options().retryFirst;
    if (m_state == State::Cancelling) {
        drained();
    } else if (m_state != State::Dead && m_state != State::Cancelled) {
        m_state = State::NoLink;
        if (!m_hold)
            m_hold = engine().hold();
        reportState(Consumer::Starting);
    }
    engine().flushLater(this);
}

void EngineConsumer::begin()
{
    if (!port())
        openPort(*engine().link(), this);
    m_state = State::Declaring;
    const auto timeout = engine().options().requestTimeout;
    m_timer = engine().hub()->callLater(timeout, [this, timeout] {
        closePort();
        failed(requestTimedOut(timeout, {}));
    });
    declareQueues();
}

void EngineConsumer::declareQueues()
{
    const QList<Queue> queues = m_wish.declaresQueues ? m_wish.queues : QList<Queue>();
    m_declaring = 1;
    for (const Queue &queue : queues) {
        if (!queue.isDeclared())
            continue;
        ++m_declaring;
        ChannelPort &channel = *port();
        channel->declare(queue, channel.guard<QueueInfo>([this](const Result<QueueInfo> &result) {
            queueDeclared(result.error());
        }));
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
    m_state = State::Subscribing;
    ConsumeRequest request;
    request.consumer = id();
    request.queues = m_wish.queues;
    request.noAck = m_wish.ackMode == AckMode::None;
    request.prefetchCount = m_wish.prefetchCount;
    request.prefetchBytes = m_wish.prefetchBytes;
    ChannelPort &channel = *port();
    channel->consume(request, channel.guard<void>([this](const Result<void> &result) {
        subscribed(result.error());
    }));
    if ((m_wish.isPaused || m_isThrottled || m_isClosing) && port()
        && (m_state == State::Subscribing || m_state == State::Consuming))
        (*port())->setPaused(id(), true);
}

void EngineConsumer::subscribed(const Error &error)
{
    if (m_state == State::Cancelling && !error.isError()) {
        cancel(); // it was asked for meanwhile
        return;
    }
    if (m_state != State::Subscribing)
        return;
    if (error.isError()) {
        failed(error);
        return;
    }
    m_state = State::Consuming;
    m_retryDelay = engine().options().retryFirst;
    endAttempt();
    reportState(m_wish.isPaused ? Consumer::Paused : Consumer::Consuming);
}

void EngineConsumer::endAttempt()
{
    m_timer.cancel();
    m_hold.reset();
}

void EngineConsumer::failed(const Error &error)
{
    endAttempt();
    m_declaring = 0;
    engine().report([id = id(), error](ConnectionPrivate &connection) {
        connection.consumerFailed(id, error);
    });
    if (!error.isRecoverable()) {
        m_state = State::Dead;
        reportState(Consumer::Stopped);
        return;
    }
    m_state = State::RetryWait;
    reportState(Consumer::Starting);
    const auto delay = RetrySchedule::withJitter(m_retryDelay, engine().hub()->random());
    m_retryDelay = std::min(m_retryDelay * 2, engine().options().retryMaximum);
    m_timer = engine().hub()->callLater(delay, [this] { begin(); });
}

void EngineConsumer::setPrefetch(int count, qint64 bytes)
{
    m_wish.prefetchCount = count;
    m_wish.prefetchBytes = bytes;
    m_broadcasts.setLimits(count, bytes);
    if (m_state == State::Consuming)
        (*port())->setPrefetch(id(), count, bytes);
}

void EngineConsumer::setPaused(bool paused)
{
    m_wish.isPaused = paused;
    balance();
}

void EngineConsumer::stopFetching()
{
    m_isClosing = true;
    balance();
    if (!port() || m_wish.ackMode != AckMode::None)
        return;
    // Cancelled first: what is still on its way to this consumer then goes back behind.
    if (m_state == State::Consuming)
        (*port())->cancel(id(), [](const Result<void> &) {});
    if (m_ahead.isEmpty())
        return;
    putBackAhead();
    engine().report([id = id()](ConnectionPrivate &connection) { connection.dropFetched(id); });
}

void EngineConsumer::closingEnded()
{
    m_isClosing = false;
    balance();
}

void EngineConsumer::took(int messages)
{
    for (; messages > 0 && !m_ahead.isEmpty(); --messages) {
        if (const qint64 bytes = m_ahead.takeFirst().broadcastBytes; bytes > 0)
            broadcastReleased(bytes);
    }
    if (m_isThrottled && !m_ahead.isFar(2, m_wish.prefetchBytes)) {
        m_isThrottled = false;
        balance();
    }
}

// The user never got these, and the broker has forgotten them.
void EngineConsumer::putBackAhead()
{
    std::vector<IncomingMessage> messages;
    while (!m_ahead.isEmpty()) {
        IncomingMessage message = m_ahead.takeFirst();
        if (message.broadcastBytes > 0)
            broadcastReleased(message.broadcastBytes);
        else
            messages.push_back(std::move(message));
    }
    if (messages.empty())
        return;
    if (port())
        (*port())->putBack(std::move(messages));
    else
        qCWarning(lcClient,
                  "%zu messages of %s are lost: they were fetched without acknowledgement and not "
                  "delivered, and there is no connection to put them back.",
                  messages.size(), qUtf8Printable(m_wish.queues.value(0).name()));
}

void EngineConsumer::balance()
{
    if (m_state == State::Consuming || m_state == State::Subscribing)
        (*port())->setPaused(id(), m_wish.isPaused || m_isThrottled || m_isClosing);
}

void EngineConsumer::delivered(std::vector<IncomingMessage> &&messages)
{
    const bool needsAck = m_wish.ackMode != AckMode::None;
    FetchedBatch batch{id(), engine().generation(), {}, 0};
    batch.messages.reserve(messages.size());
    for (IncomingMessage &message : messages) {
        if (message.broadcastBytes > 0 && !takeBroadcast(message))
            continue;
        const quint64 number = needsAck ? hold(message) : 0;
        if (!needsAck)
            m_ahead.add(message);
        if (m_state == State::Cancelling && needsAck)
            m_leftover.push_back(number);
        if (m_state == State::Cancelling || (m_isClosing && !needsAck))
            continue;
        batch.messages.push_back({number, decoded(std::move(message), m_accept)});
    }
    if (m_isClosing)
        putBackAhead();
    if (batch.messages.empty())
        return;
    if (!m_isThrottled && m_ahead.isFar(1, m_wish.prefetchBytes)) {
        m_isThrottled = true;
        balance();
    }
    engine().report(std::move(batch));
}

// Nobody can be asked to send fewer broadcasts. As with a Kombu that does not read its socket,
// until the server cuts it off, what comes too early is lost; here the link stays, and the user is
// told.
bool EngineConsumer::takeBroadcast(const IncomingMessage &message)
{
    if (m_broadcasts.take(message.broadcastBytes))
        return true;
    if (m_broadcasts.dropped() > 1)
        return false;
    const Error error(
        Error::LimitExceeded,
        Text::tr(
            "Broadcasts for “%1” are dropped: %2 of them (%3 bytes) wait for its consumer, and "
            "the broker keeps none. Resume the consumer, settle its messages sooner, or allow "
            "it more with setPrefetchCount() and setPrefetchBytes().")
            .arg(message.queue)
            .arg(m_broadcasts.messages())
            .arg(m_broadcasts.bytes()));
    engine().report([id = id(), error](ConnectionPrivate &connection) {
        connection.consumerFailed(id, error);
    });
    return false;
}

void EngineConsumer::broadcastReleased(qint64 bytes)
{
    m_broadcasts.release(bytes);
    if (!m_broadcasts.hasRecovered())
        return;
    qCWarning(lcClient, "The consumer of %s takes broadcasts again; %lld were dropped.",
              qUtf8Printable(m_wish.queues.value(0).name()),
              static_cast<long long>(m_broadcasts.dropped()));
    m_broadcasts.forgetDropped();
}

void EngineConsumer::cancel()
{
    const State before = std::exchange(m_state, State::Cancelling);
    endAttempt();
    const bool isSubscribed = before == State::Consuming || before == State::Cancelling;
    if (before == State::Subscribing && port()) {
        // Its answer comes first; then subscribed() asks again.
    } else if (isSubscribed && port()) {
        ChannelPort &channel = *port();
        channel->cancel(id(), channel.guard<void>([this](const Result<void> &) { drained(); }));
    } else {
        drained();
        return;
    }
    if (m_state == State::Cancelling) {
        m_timer =
            engine().hub()->callLater(engine().options().requestTimeout, [this] { drained(); });
    }
}

void EngineConsumer::drained()
{
    if (m_state != State::Cancelling)
        return;
    m_state = State::Cancelled;
    m_timer.cancel();
    engine().report([id = id()](ConnectionPrivate &connection) { connection.consumerDrained(id); });
}

void EngineConsumer::finishCancel(const std::vector<quint64> &undelivered, Done<void> done)
{
    std::vector<quint64> numbers = undelivered;
    numbers.insert(numbers.end(), m_leftover.begin(), m_leftover.end());
    m_leftover.clear();
    m_isFinished = true;
    giveBack(numbers);
    putBackAhead();
    engine().flushLater(this);
    done(Result<void>());
}

void EngineConsumer::heldNothing()
{
    if (m_isFinished)
        engine().removeConsumer(id());
}

void EngineConsumer::abandonedOne(int inAll)
{
    const bool fetches = m_state == State::Consuming && !m_isClosing;
    if (m_warned || !fetches || m_wish.prefetchCount <= 0 || inAll < m_wish.prefetchCount)
        return;
    m_warned = true;
    qCWarning(lcClient,
              "The consumer of %s gets no more messages: its prefetch window of %d is full of "
              "messages that nobody holds a copy of and nobody settled. Call ack(), reject() or "
              "requeue(), or use AckMode::Auto.",
              qUtf8Printable(m_wish.queues.value(0).name()), m_wish.prefetchCount);
}

void EngineConsumer::reportState(Consumer::State state)
{
    engine().report([id = id(), state](ConnectionPrivate &connection) {
        connection.consumerStateChanged(id, state);
    });
}

void EngineConsumer::published(std::vector<PublishOutcome> &&) { }

void EngineConsumer::settledTooLate(quint64 delivery)
{
    tooLate(delivery);
}

void EngineConsumer::consumerCancelled(quint64 consumer, const Error &why)
{
    if (consumer != id() || m_state == State::Cancelled || m_state == State::Dead)
        return;
    if (m_state == State::Cancelling) {
        drained();
        return;
    }
    engine().report([consumer, why](ConnectionPrivate &connection) {
        connection.consumerCancelled(consumer, why);
    });
    failed(why);
}

void EngineConsumer::channelClosed(const Error &why)
{
    closePort();
    if (m_state == State::Cancelling)
        drained();
    else if (m_state != State::Cancelled && m_state != State::Dead && m_state != State::RetryWait)
        failed(why);
}

} // namespace Qombu
