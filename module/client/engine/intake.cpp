// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/intake.h"

#include "client/engine/engine.h"
#include "client/engine/incoming.h"
#include "core/logging_p.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {
namespace {

struct IntakeText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::EngineConsumer)
};

ContentCodec::AcceptList acceptList(const QStringList &accept)
{
    return accept.isEmpty() ? ContentCodec::AcceptList() : ContentCodec::AcceptList(accept);
}

} // namespace

Intake::Intake(Engine &engine, quint64 consumer, const ConsumerWish &wish)
    : m_engine(engine)
    , m_consumer(consumer)
    , m_needsAck(wish.ackMode != AckMode::None)
{
    setAccept(wish.accept);
    setWindow(wish.prefetchCount, wish.prefetchBytes);
}

void Intake::setWindow(int count, qint64 bytes)
{
    m_broadcasts.setLimits(count, bytes);
    m_ahead.setWindow(bytes);
    m_room.setWindow(bytes);
    decodeWaiting();
}

void Intake::setAccept(const QStringList &accept)
{
    m_accept = acceptList(accept);
}

void Intake::delivered(std::vector<IncomingMessage> &&messages)
{
    m_wasGivenMore = true;
    FetchedBatch batch{m_consumer, {}, 0};
    batch.messages.reserve(messages.size());
    for (IncomingMessage &message : messages) {
        if (message.broadcastBytes > 0 && !takeBroadcast(message))
            continue;
        if (!m_needsAck)
            m_ahead.add(message);
        if (m_isStopped && m_needsAck && message.broadcastBytes == 0)
            m_leftover.push_back(message.delivery);
        if (m_isStopped || (m_isClosing && !m_needsAck))
            continue;
        if (m_waiting.empty() && m_room.hasRoom())
            batch.messages.push_back(fetched(std::move(message)));
        else
            m_waiting.push_back(std::move(message));
    }
    if (m_isClosing)
        putBackAhead();
    if (!batch.messages.empty())
        m_engine.courier().report(std::move(batch));
    throttle(m_isThrottled || m_ahead.isFar(1));
}

void Intake::throttle(bool isFar)
{
    if (std::exchange(m_isThrottled, isFar) != isFar)
        throttleChanged();
}

FetchedMessage Intake::fetched(IncomingMessage &&message)
{
    const quint64 delivery = message.delivery;
    const qint64 broadcastBytes = message.broadcastBytes;
    auto [decoded, memory] = decode(std::move(message), m_accept, m_room.limits());
    m_room.take(memory);
    if (!m_needsAck)
        m_ahead.sent(memory);
    else if (broadcastBytes == 0)
        m_heldMemory += memory;
    return {delivery, broadcastBytes, memory, std::move(decoded)};
}

void Intake::decodeWaiting()
{
    FetchedBatch batch{m_consumer, {}, 0};
    while (!m_waiting.empty() && m_room.hasRoom()) {
        batch.messages.push_back(fetched(std::move(m_waiting.front())));
        m_waiting.pop_front();
    }
    if (!batch.messages.empty())
        m_engine.courier().report(std::move(batch));
}

void Intake::released(const DeliveryKey &key)
{
    if (key.broadcastBytes > 0)
        releaseBroadcast(key.queue, key.broadcastBytes);
    else
        m_heldMemory -= key.memory;
    m_room.release(key.memory);
    decodeWaiting();
}

void Intake::took(int messages)
{
    for (; messages > 0 && !m_ahead.isEmpty(); --messages) {
        const auto [message, memory] = m_ahead.takeFirst();
        m_room.release(memory);
        if (message.broadcastBytes > 0)
            releaseBroadcast(message.queue, message.broadcastBytes);
    }
    decodeWaiting();
    throttle(m_isThrottled && m_ahead.isFar(2));
}

void Intake::stop()
{
    m_isStopped = true;
    for (const IncomingMessage &message : std::exchange(m_waiting, {})) {
        if (m_needsAck && message.broadcastBytes == 0)
            m_leftover.push_back(message.delivery);
    }
}

void Intake::forgetHeld()
{
    if (!m_needsAck)
        return;
    m_room.release(std::exchange(m_heldMemory, 0));
    std::erase_if(m_waiting,
                  [](const IncomingMessage &message) { return message.broadcastBytes == 0; });
    decodeWaiting();
}

void Intake::putBackAhead()
{
    if (m_needsAck)
        return;
    std::vector<IncomingMessage> messages;
    m_waiting.clear(); // they are among those ahead
    while (!m_ahead.isEmpty()) {
        auto [message, memory] = m_ahead.takeFirst();
        m_room.release(memory);
        if (message.broadcastBytes > 0)
            releaseBroadcast(message.queue, message.broadcastBytes);
        else
            messages.push_back(std::move(message));
    }
    m_isThrottled = false;
    if (messages.empty())
        return;
    if (Link *link = m_engine.link())
        link->putBack(std::move(messages));
    else
        qCWarning(lcClient,
                  "%zu messages of %s are lost: they were fetched without acknowledgement and not "
                  "delivered, and there is no connection to put them back.",
                  messages.size(), qUtf8Printable(messages.front().queue));
}

// Nobody can be asked to send fewer broadcasts. As with a Kombu that does not read its socket,
// until the server cuts it off, what comes too early is lost; here the link stays, and the user is
// told.
bool Intake::takeBroadcast(const IncomingMessage &message)
{
    if (m_broadcasts.take(message.broadcastBytes))
        return true;
    if (m_broadcasts.dropped() > 1)
        return false;
    const Error error(
        Error::LimitExceeded,
        IntakeText::tr(
            "Broadcasts for \"%1\" are dropped: %2 of them (%3 bytes) wait for its consumer, and "
            "the broker keeps none. Resume the consumer, settle its messages sooner, or allow "
            "it more with setPrefetchCount() and setPrefetchBytes().")
            .arg(message.queue, QString::number(m_broadcasts.messages()),
                 QString::number(m_broadcasts.bytes())));
    m_engine.tell(News::ConsumerFailed{m_consumer, error});
    return false;
}

void Intake::releaseBroadcast(const QString &queue, qint64 bytes)
{
    m_broadcasts.release(bytes);
    if (!m_broadcasts.hasRecovered())
        return;
    qCWarning(lcClient, "The consumer of %s takes broadcasts again; %lld were dropped.",
              qUtf8Printable(queue), static_cast<long long>(m_broadcasts.dropped()));
    m_broadcasts.forgetDropped();
}

} // namespace Qombu
