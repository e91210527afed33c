// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/channelprotocol.h"
#include "transports/amqp/wire/framesplitter.h"
#include "transports/amqp/wire/handshake.h"
#include "transports/amqp/wire/heartbeat.h"
#include "transports/amqp/wire/method.h"
#include "transports/amqp/wire/methodids.h"
#include "transports/amqp/wire/publishwriter.h"
#include "transports/amqp/wire/servercapabilities.h"

#include <utility>

namespace Qombu::Amqp {

// The protocol of one connection: handshake, channels, requests in order and their deadlines,
// heartbeats, content both ways. Sans-IO: no socket, no clock; times come with the calls.
class AmqpSession
{
public:
    using TimePoint = Amqp::TimePoint;

    explicit AmqpSession(SessionSettings settings);
    Q_DISABLE_COPY_MOVE(AmqpSession)

    void start(TimePoint now); // the greeting is in takeOutput()
    Step feed(QByteArrayView bytes, TimePoint now); // any split gives the same events
    Step tick(TimePoint now); // call at or after nextDeadline()
    std::optional<TimePoint> nextDeadline() const;
    QByteArray takeOutput() { return std::exchange(m_output, QByteArray()); }
    qsizetype outputBytes() const { return m_output.size(); } // that wait for takeOutput()
    Error endOfStream() const; // what it means that the peer closed the socket now

    // Off: what the broker says is not read for now. Then neither its silence nor an answer that
    // does not come is held against it; our heartbeats go on.
    void setListening(bool on, TimePoint now);

    // Its number; 0: none is free, or not ready. ChannelOpened or ChannelClosed follows; requests
    // may follow at once.
    quint16 openChannel(TimePoint now);
    void closeChannel(quint16 channel, TimePoint now); // ChannelEnded follows
    // ChannelClosed or ChannelEnded was told to whoever had it: its number may serve again, once
    // the broker has closed it as well.
    void releaseChannel(quint16 channel);
    // Pipelined; its answer is the next Answer of this channel in order. An Error: nothing was
    // sent, because the channel is not open (any more) or it is longer than a frame.
    Error send(quint16 channel, const Method &method, TimePoint now);
    // Content goes to this exchange and key, not to those in it. An Error: nothing was sent.
    Error publish(quint16 channel, const PublishTarget &target, const MessageContent &content,
                  TimePoint now);
    void close(TimePoint now); // Closed follows
    void updateSecret(const QString &secret, TimePoint now); // SecretUpdated follows

    // After the broker has ended the connection because of one of our requests: which it may mean.
    const std::vector<Method> &blamed() const { return m_blamed; }
    const Error &whyBlamed() const { return m_whyBlamed; }
    // So many it had when the broker ended it because it had too many; 0: it did not.
    quint16 mostChannelsSeen() const { return m_mostChannelsSeen; }

    bool isReady() const { return m_state == Running; }
    const QVariantMap &serverProperties() const { return m_handshake.serverProperties(); }
    const ServerCapabilities &serverCan() const { return m_serverCan; }
    quint32 frameMax() const { return m_handshake.agreed().frameMax; }
    quint16 channelMax() const { return m_channels.most(); }
    std::chrono::nanoseconds heartbeat() const { return m_heartbeat.interval(); }

private:
    enum State { Fresh, Greeting, Running, Closing, Finished };

    void handle(const Frame &frame, Step &step);
    void handleMethod(const Frame &frame, Step &step);
    void handleConnection(quint32 id, QByteArrayView arguments, Step &step);
    void greet(quint32 id, const ServerMethod &method, Step &step);
    void becomeReady(Step &step);
    void handleContent(const Frame &frame, Step &step);
    void connectionClosed(const CloseMethod &close, Step &step);
    void blame(const CloseMethod &close, Step &step);
    void giveUp(const OverdueRequest &late, Step &step);
    void probe();
    void request(quint16 channel, const Method &method);
    void write(quint16 channel, const Method &method);
    void fail(Step &step, const Error &error, quint32 failed = 0);
    void finish(Step &step, const Error &error);

    const SessionSettings m_settings;
    State m_state = Fresh;
    FrameSplitter m_splitter;
    MethodReader m_methods;
    PublishWriter m_publisher;
    Handshake m_handshake;
    ServerCapabilities m_serverCan;
    Heartbeat m_heartbeat;
    SessionChannels m_channels;
    QByteArray m_output;
    ChannelProtocol m_channelProtocol;
    std::vector<Method> m_blamed;
    Error m_whyBlamed;
    quint16 m_mostChannelsSeen = 0;
    quint16 m_probe = 0; // a channel that is opened to hear whether anybody is there
    TimePoint m_now; // of the call that is going on
};

} // namespace Qombu::Amqp
