// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/publishing/envelopewriter.h"
#include "transports/redis/publishing/publishoutcomes.h"

#include <deque>

namespace Qombu::Redis {

struct PublishEntry
{
    OutgoingMessage message;
    int attempts = 0; // how often it was routed
};

// Publishes to the default exchange: a run of messages to one list is one LPUSH. Hub's thread; part
// of RedisPublisher.
class ListPublisher
{
public:
    ListPublisher(const RedisContext &context, EnvelopeWriter &writer, PublishOutcomes &outcomes)
        : m_context(context)
        , m_writer(writer)
        , m_outcomes(outcomes)
    {
    }

    // A run from the front.
    void send(std::deque<PublishEntry> &waiting);

private:
    void sendExpiring(std::deque<PublishEntry> &waiting);
    void settle(const std::vector<quint64> &ids, const Error &error);

    const RedisContext m_context;
    EnvelopeWriter &m_writer;
    PublishOutcomes &m_outcomes;
    const std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace Qombu::Redis
