// SPDX-License-Identifier: BSD-3-Clause
#include "client/deliveryowner.h"

#include "client/connection_p.h"
#include "client/engine.h"

namespace Qombu {

DeliveryOwner::DeliveryOwner(Engine &engine, quint64 id)
    : m_engine(engine)
    , m_id(id)
{
}

DeliveryOwner::~DeliveryOwner()
{
    m_engine.noFlush(this);
    closePort();
}

void DeliveryOwner::settle(quint64 number, Settlement settlement)
{
    const auto names = release(number);
    if (!names || names->broadcastBytes > 0)
        return; // given back meanwhile, or nothing to settle
    if (!m_port || HeldDeliveries::generation(number) != m_generation) {
        reportLost(*names);
        return;
    }
    m_settlements.push_back({HeldDeliveries::delivery(number), settlement});
    m_engine.flushLater(this);
}

void DeliveryOwner::abandon(quint64 number)
{
    const auto names = release(number);
    if (names && names->broadcastBytes == 0 && HeldDeliveries::generation(number) == m_generation)
        abandonedOne(++m_abandoned);
    m_engine.flushLater(this);
}

void DeliveryOwner::forget(quint64 number)
{
    release(number);
    m_engine.flushLater(this);
}

std::optional<HeldDeliveries::Names> DeliveryOwner::release(quint64 number)
{
    auto names = m_held.remove(number);
    if (names && names->broadcastBytes > 0) {
        broadcastReleased(names->broadcastBytes);
        m_engine.flushLater(this); // it may have been the last one
    }
    return names;
}

void DeliveryOwner::flush()
{
    if (m_port && !m_settlements.empty())
        (*m_port)->settle(std::move(m_settlements));
    m_settlements.clear();
    if (m_held.isEmpty())
        heldNothing();
}

void DeliveryOwner::openPort(Link &link, LinkChannelListener *listener)
{
    m_generation = m_engine.generation();
    m_abandoned = 0;
    m_port = std::make_unique<ChannelPort>(link, listener);
}

void DeliveryOwner::closePort()
{
    m_settlements.clear();
    if (m_port)
        m_engine.bury(std::move(m_port));
}

quint64 DeliveryOwner::hold(const IncomingMessage &message)
{
    const quint64 number = HeldDeliveries::number(m_generation, message.delivery);
    m_held.add(number, message);
    return number;
}

void DeliveryOwner::giveBack(const std::vector<quint64> &numbers)
{
    std::vector<quint64> deliveries;
    for (const quint64 number : numbers) {
        if (release(number) && HeldDeliveries::generation(number) == m_generation)
            deliveries.push_back(HeldDeliveries::delivery(number));
    }
    if (m_port && !deliveries.empty())
        (*m_port)->giveBack(std::move(deliveries));
}

void DeliveryOwner::tooLate(quint64 delivery)
{
    const quint64 number = HeldDeliveries::number(m_generation, delivery);
    if (const auto held = release(number))
        reportLost(*held);
    else
        reportLost(m_held.lately(number));
}

void DeliveryOwner::reportLost(const HeldDeliveries::Names &names) const
{
    m_engine.report([id = m_id, names](ConnectionPrivate &connection) {
        connection.settlementLost(id, names.queue, names.tag);
    });
}

} // namespace Qombu
