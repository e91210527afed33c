// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/amqplinksettings.h"
#include "transports/amqp/wire/amqpsession.h"

#include <span>

namespace Qombu::Amqp {

Error withoutConnection();
Error withoutChannel(); // the broker allows no more

// Who hears of one channel of a socket. It takes itself off the socket before it ends, and may
// destroy the socket inside every call.
class ChannelListener
{
public:
    virtual ~ChannelListener();
    // In order, all that came at once. After ChannelClosed nothing comes any more. It may take what
    // is in the events.
    virtual void channelEvents(std::span<SessionEvent> events) = 0;
};

// Who hears of the socket itself. May destroy it inside every call.
class AmqpSocketListener
{
public:
    virtual ~AmqpSocketListener();
    virtual void socketReady() = 0; // logged in
    virtual void socketBlocked(const QString &reason) = 0;
    virtual void socketUnblocked() = 0;
    virtual void socketWritten() {} // writtenBytes() has grown
    virtual void secretUpdated() {}
    virtual void socketClosed() = 0; // the answer to close()
    // Once. Nobody on its channels hears of it from here.
    virtual void socketFailed(const Error &error) = 0;
};

// One connection to a broker: joins stream, session and timers, and leads what the broker says to
// the channel that it is for. What was sent in one turn of the Hub leaves at its end, in one write,
// or sooner where it is much. Hub's thread.
class AmqpSocket final : private ByteStreamListener
{
public:
    AmqpSocket(Hub *hub, const AmqpLinkSettings &settings, AmqpSocketListener *listener);
    ~AmqpSocket() override; // at once, without a word to the broker
    Q_DISABLE_COPY_MOVE(AmqpSocket)

    void open();
    // In order; no channel hears anything any more. socketClosed() or socketFailed() follows, in
    // this call where nobody is logged in yet.
    void close();
    void fail(const Error &error);
    bool isReady() const { return !m_failed && m_session.isReady(); }

    // 0: there is none left, or no connection.
    quint16 openChannel(ChannelListener *listener);
    void closeChannel(quint16 channel); // its listener hears nothing any more
    Error send(quint16 channel, const Method &method);
    Error publish(quint16 channel, const PublishTarget &target, const MessageContent &content);
    void updateSecret(const QString &secret);

    // While somebody holds it (+1, -1) the broker is not heard, and in time sends no more. Its
    // silence is not held against it meanwhile.
    void holdReading(int change);
    bool isReading() const { return m_readingHolds == 0; }
    // Of all that was ever sent: how much there is, and how much of it the kernel has.
    qint64 sentBytes() const { return m_taken + m_session.outputBytes(); }
    qint64 writtenBytes() const
    {
        return m_taken - (m_stream ? m_stream->bytesToWrite() : m_unwritten);
    }
    const AmqpSession &session() const { return m_session; }

private:
    void streamOpened() override;
    void streamReceived(QByteArrayView bytes) override;
    void streamDrained() override { tellWritten(); }
    void streamFailed(const Error &error) override;

    bool apply(Step &&step); // false: this object is gone or finished
    void tell(const SessionEvent &event);
    void tellChannel(std::span<SessionEvent> events);
    void arm();
    void tick(Hub::TimePoint deadline);
    void flushSoon();
    void flushAtTurnEnd();
    void flush();
    void tellWritten();
    void finish();

    Hub *const m_hub;
    AmqpSocketListener *const m_listener;
    AmqpSession m_session;
    std::unique_ptr<ByteStream> m_stream;
    std::vector<ChannelListener *> m_channels; // by number
    const std::chrono::nanoseconds m_connectTimeout;
    HubHandle m_connectTimer;
    HubHandle m_deadlineTimer;
    std::optional<Hub::TimePoint> m_armedFor;
    qint64 m_taken = 0; // bytes of the session's output
    qint64 m_toldWritten = 0;
    qint64 m_unwritten = 0; // when it ended
    bool m_isConnected = false;
    int m_readingHolds = 0;
    bool m_flushScheduled = false;
    bool m_failed = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu::Amqp
