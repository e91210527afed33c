// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/events.h"
#include "client/engine/broadcastroom.h"
#include "client/engine/decoderoom.h"
#include "client/engine/readahead.h"
#include "content/contentcodec.h"
#include "port/channels.h"

namespace Qombu {
class Engine;

// What is delivered for one consumer, on its way to the handle: decoded in order, while there is
// room for what that makes of it. Hub's thread.
class Intake : public DeliveryListener
{
public:
    Intake(Engine &engine, quint64 consumer, const ConsumerWish &wish);

    void setWindow(int count, qint64 bytes);
    void setAccept(const QStringList &accept);

    void delivered(std::vector<IncomingMessage> &&messages) final;
    // Since this was asked last.
    bool wasGivenMore() { return std::exchange(m_wasGivenMore, false); }
    // The user is done with a message: settled it, or let its last copy die.
    void released(const DeliveryKey &key);
    // The user got so many messages of AckMode::None.
    void took(int messages);
    // AckMode::None: more was sent to the handle than the user takes.
    bool isThrottled() const { return m_isThrottled; }

    // Nothing goes to the handle any more; what arrives is kept for takeLeftover().
    void stop();
    std::vector<quint64> takeLeftover() { return std::exchange(m_leftover, {}); }
    // AckMode::None: so it does while this holds, and what arrives goes back.
    void setClosing(bool closing) { m_isClosing = closing; }
    bool hasAhead() const { return !m_ahead.isEmpty(); }
    // AckMode::None: what the user never got, and the broker has forgotten.
    void putBackAhead();
    // The broker delivers again what is unsettled, under other numbers.
    void forgetHeld();

protected:
    ~Intake() = default;

private:
    virtual void throttleChanged() = 0;
    void throttle(bool isFar);
    bool takeBroadcast(const IncomingMessage &message); // false: there is no room
    void releaseBroadcast(const QString &queue, qint64 bytes);
    FetchedMessage fetched(IncomingMessage &&message);
    void decodeWaiting();

    Engine &m_engine;
    const quint64 m_consumer;
    const bool m_needsAck;
    ContentCodec::AcceptList m_accept;
    DecodeRoom m_room;
    BroadcastRoom m_broadcasts; // those that the user has not done with
    ReadAhead m_ahead; // AckMode::None
    std::deque<IncomingMessage> m_waiting; // for room
    qint64 m_heldMemory = 0; // of what is unsettled
    std::vector<quint64> m_leftover; // not to be delivered any more
    bool m_isThrottled = false;
    bool m_wasGivenMore = false;
    bool m_isStopped = false;
    bool m_isClosing = false;
};

} // namespace Qombu
