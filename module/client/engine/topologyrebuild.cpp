// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/topologyrebuild.h"

#include "client/engine/engine.h"
#include "client/engine/wantedtopology.h"

namespace Qombu {

TopologyRebuild::TopologyRebuild(Engine &engine, const WantedTopology &wanted)
    : m_engine(engine)
{
    for (const Exchange &exchange : wanted.exchanges())
        m_items.emplace_back(exchange);
    for (const Queue &queue : wanted.queues())
        m_items.emplace_back(queue);
    for (const Binding &binding : wanted.bindings())
        m_items.emplace_back(binding);
    m_open = m_items.size();
}

TopologyRebuild::~TopologyRebuild()
{
    if (m_port)
        m_engine.bury(std::move(m_port));
}

void TopologyRebuild::start(Link &link, std::function<void()> finished)
{
    m_link = &link;
    m_finished = std::move(finished);
    declareAll();
}

void TopologyRebuild::declareAll()
{
    m_isIssuing = true;
    m_openAtStart = m_open;
    if (m_open > 0)
        m_port = std::make_unique<ChannelPort>(*m_link, this);
    for (size_t i = 0; i < m_items.size(); ++i) {
        if (m_items[i])
            declare(i);
    }
    m_isIssuing = false;
    finishIfDone();
}

void TopologyRebuild::declare(size_t index)
{
    const auto done = [this, index](const auto &result) { answered(index, result.error()); };
    const Item item = *m_items[index];
    ChannelPort &port = *m_port;
    if (const auto *exchange = std::get_if<Exchange>(&item))
        port->declare(*exchange, port.guard<void>(done));
    else if (const auto *queue = std::get_if<Queue>(&item))
        port->declare(*queue, port.guard<QueueInfo>(done));
    else
        port->bind(std::get<Binding>(item), port.guard<void>(done));
}

void TopologyRebuild::answered(size_t index, const Error &error)
{
    if (!m_items[index])
        return;
    m_items[index].reset();
    --m_open;
    if (error.isError())
        m_engine.reportError(error);
    if (!m_isIssuing)
        finishIfDone();
}

void TopologyRebuild::finishIfDone()
{
    if (m_open > 0)
        return;
    if (m_port)
        m_engine.bury(std::move(m_port));
    if (const auto finished = std::exchange(m_finished, nullptr))
        finished();
}

void TopologyRebuild::delivered(std::vector<IncomingMessage> &&) { }
void TopologyRebuild::published(std::vector<PublishOutcome> &&) { }
void TopologyRebuild::settledTooLate(quint64) { }
void TopologyRebuild::consumerCancelled(quint64, const Error &) { }

// AMQP closes the channel at the first refusal: the rest goes through a new one.
void TopologyRebuild::channelClosed(const Error &why)
{
    if (m_port)
        m_engine.bury(std::move(m_port));
    if (m_open < m_openAtStart) {
        declareAll();
        return;
    }
    m_items.clear();
    m_open = 0;
    m_engine.reportError(why);
    finishIfDone();
}

} // namespace Qombu
