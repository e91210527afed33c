// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"
#include "transports/amqp/amqpsocket.h"

namespace Qombu::Amqp {

struct PeekRequest
{
    QString queue;
    int limit = 100;
    qint64 bytes = 64 << 20; // about
    // Nothing more is fetched behind a message that was given back so often: a broker that counts
    // every return loses it. 0: does not matter.
    int mostReturns = 0;
};

struct PeekResult
{
    std::vector<IncomingMessage> messages;
    int returns = 0; // the most of one message so far
};

// One look at the head of a queue, on a connection of its own: some brokers answer it by ending
// the connection, and what is held goes back in any case. Fetches, gives all back in one word, and
// ends when the broker has taken that. Hub's thread.
class Peek final : private AmqpSocketListener, private ChannelListener
{
public:
    using Ended = std::function<void(Peek *, Result<PeekResult> &&)>; // once; may destroy it

    Peek(Hub *hub, const AmqpLinkSettings &settings, const PeekRequest &request, Ended ended);

private:
    void socketReady() override;
    void socketBlocked(const QString &) override {}
    void socketUnblocked() override {}
    void socketClosed() override;
    void socketFailed(const Error &error) override;
    void channelEvents(std::span<SessionEvent> events) override;

    void fetch();
    void took(SessionEvent &&event);
    bool isEnough() const;
    void giveBack();
    void fail(const Error &error);

    const PeekRequest m_request;
    const Ended m_ended;
    PeekResult m_result;
    qint64 m_bytes = 0;
    int m_unanswered = 0; // gets
    quint64 m_last = 0; // delivery tag
    bool m_isEmpty = false; // the queue
    Error m_error; // why there is no result
    quint16 m_channel = 0;
    AmqpSocket m_socket;
};

} // namespace Qombu::Amqp
