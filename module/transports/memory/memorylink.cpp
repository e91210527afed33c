// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/memorylink.h"

#include "transports/memory/memorychannels.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {

MemoryLink::MemoryLink(const LinkSetup &setup, std::shared_ptr<SharedMemoryBroker> broker)
    : m_numbers(setup.numbers)
    , m_place(std::make_shared<MemoryPlace>())
    , m_browser(setup.hub, broker)
{
    m_place->hub = setup.hub;
    m_place->listener = setup.listener;
    m_place->broker = std::move(broker);
}

MemoryLink::~MemoryLink()
{
    endSession();
    m_place->isGone = true;
}

void MemoryLink::endSession()
{
    if (MemorySession *session = std::exchange(m_place->session, nullptr))
        m_place->broker->ask([session](MemoryBroker &broker) { broker.closeSession(session); });
}

void MemoryLink::open()
{
    m_place->session = m_place->broker->ask(
        [this](MemoryBroker &broker) { return broker.openSession(m_numbers); });
    m_place->hub->callAtTurnEnd([place = m_place] {
        if (place->isGone)
            return;
        place->listener->linkOpened(
            {{QStringLiteral("product"), QStringLiteral("Qombu memory")},
             {QStringLiteral("version"), QCoreApplication::applicationVersion()}});
    });
}

void MemoryLink::close()
{
    endSession();
    // Not at the turn's end: the answers to what was published before come first.
    m_place->hub->callSoon([place = m_place] {
        if (!place->isGone)
            place->listener->linkClosed();
    });
}

std::unique_ptr<TopologyChannel> MemoryLink::openTopology()
{
    return std::make_unique<MemoryTopologyChannel>(m_place);
}

std::unique_ptr<DeliverChannel> MemoryLink::openDeliver(DeliveryListener *listener)
{
    return std::make_unique<MemoryDeliverChannel>(m_place, listener);
}

std::unique_ptr<PublishChannel> MemoryLink::openPublish(PublishListener *listener)
{
    return std::make_unique<MemoryPublishChannel>(m_place, listener);
}

void MemoryLink::settle(std::vector<SettleRequest> &&requests)
{
    if (!m_place->session)
        return;
    m_place->broker->ask([&](MemoryBroker &) { return m_place->session->settle(requests); });
}

void MemoryLink::giveBack(std::vector<quint64> &&deliveries)
{
    std::vector<SettleRequest> requests;
    requests.reserve(deliveries.size());
    for (const quint64 delivery : deliveries)
        requests.push_back({delivery, Settlement::Requeue}); // to where it was
    settle(std::move(requests));
}

void MemoryLink::putBack(std::vector<IncomingMessage> &&messages)
{
    if (m_place->session)
        m_place->broker->ask([&](MemoryBroker &broker) { broker.putBack(std::move(messages)); });
}

} // namespace Qombu
