// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"
#include "transports/amqp/amqpsocket.h"

namespace Qombu::Amqp {

struct ReadLimits
{
    int messages = 100;
    qint64 bytes = 64 << 20; // about
    // Nothing more is read behind a message that was given back so often: a broker that counts
    // every return loses it. 0: does not matter.
    int returns = 0;
};

// Reads messages of a queue over a channel of a socket and leaves them in the queue. Hub's thread.
class QueueReader : protected ChannelListener
{
public:
    using Ended = std::function<void(const Error &)>; // once; may destroy it

    QueueReader(AmqpSocket *socket, const QString &queue, const ReadLimits &limits, Ended ended);

    virtual void start() = 0;
    std::vector<IncomingMessage> takeMessages() { return std::move(m_messages); }
    int returns() const { return m_returns; } // the most of one message so far
    int held() const { return int(m_messages.size()); }

protected:
    void take(SessionEvent &&event);
    bool isEnough() const;
    bool openChannel();
    void end(const Error &error) { m_ended(error); }

    AmqpSocket *const m_socket;
    const QString m_queue;
    const ReadLimits m_limits;
    quint16 m_channel = 0;

private:
    const Ended m_ended;
    std::vector<IncomingMessage> m_messages;
    qint64 m_bytes = 0;
    int m_returns = 0;
};

} // namespace Qombu::Amqp
