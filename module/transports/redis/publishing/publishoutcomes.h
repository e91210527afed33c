// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/channels.h"
#include "transports/redis/redisclient.h"

#include <utility>
#include <vector>

namespace Qombu::Redis {

// What became of messages, told together. Hub's thread.
class PublishOutcomes
{
public:
    PublishOutcomes(const CommandSender &sender, PublishListener *listener)
        : m_sender(sender)
        , m_listener(listener)
    {
    }

    // An error that the server did not answer leaves it open what it did.
    void add(quint64 id, const Error &error = Error())
    {
        m_outcomes.push_back({id, m_sender.hasFailed() ? error.withInDoubt(true) : error});
    }
    void setGathering(bool gathering) { m_isGathering = gathering; }
    bool isGathering() const { return m_isGathering; } // there are more to come in this turn
    void tell()
    {
        if (!m_outcomes.empty() && !m_isGathering)
            m_listener->published(std::exchange(m_outcomes, {}));
    }

private:
    const CommandSender &m_sender;
    PublishListener *const m_listener;
    std::vector<PublishOutcome> m_outcomes;
    bool m_isGathering = false;
};

} // namespace Qombu::Redis
