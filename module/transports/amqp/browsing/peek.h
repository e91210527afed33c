// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/browsing/peekrules.h"
#include "transports/amqp/browsing/queueprobe.h"
#include "transports/amqp/browsing/queuereader.h"

namespace Qombu::Amqp {

struct PeekResult
{
    PeekPlan plan;
    std::vector<IncomingMessage> messages;
    int returns = 0; // the most of one message so far
    int mostReturns = 0; // of the queue; 0: it does not matter
};

// One look at a queue, on a connection of its own: some brokers answer it by ending the connection,
// and what is held goes back in any case. Plans, and reads what was asked for if the plan is not
// worse than what was accepted. Hub's thread.
class Peek final : private AmqpSocketListener
{
public:
    using Ended = std::function<void(Peek *, Result<PeekResult> &&)>; // once; may destroy it

    // A limit of 0: only the plan.
    // known: of the queue, from elsewhere; what is waiting there is asked for all the same.
    Peek(Hub *hub, const AmqpLinkSettings &settings, const PeekRequest &request,
         const std::optional<QueueFacts> &known, Ended ended);
    ~Peek() override;

private:
    void socketReady() override;
    void socketBlocked(const QString &) override {}
    void socketUnblocked() override {}
    void socketClosed() override;
    void socketFailed(const Error &error) override;

    void planned(Result<QueueFacts> &&facts);
    void read(const QueueFacts &facts);
    void finish(const Error &error);

    Hub *const m_hub;
    const PeekRequest m_request;
    const std::optional<QueueFacts> m_known;
    const Ended m_ended;
    PeekRules m_rules;
    PeekResult m_result;
    Error m_error; // why there is no result
    AmqpSocket m_socket;
    std::unique_ptr<QueueProbe> m_probe;
    std::unique_ptr<QueueReader> m_reader;
};

} // namespace Qombu::Amqp
