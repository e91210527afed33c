// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/engine/helddeliveries.h"
#include "client/engine/linkports.h"

namespace Qombu {
class Engine;

// What a consumer and a channel have in common: they hand out deliveries and take the word about
// them. Settlements are collected and sent once a batch of commands. Hub's thread.
class DeliveryOwner
{
public:
    DeliveryOwner(Engine &engine, quint64 id);
    virtual ~DeliveryOwner();

    quint64 id() const { return m_id; }
    void settle(quint64 number, Settlement settlement);
    void abandon(quint64 number);
    void forget(quint64 number); // the user never got it, and its link is gone
    void flush();

protected:
    // Nobody has a message any more that came through the channel.
    virtual void heldNothing() = 0;
    virtual void abandonedOne(int inAll) = 0;
    virtual void broadcastReleased(qint64 bytes) = 0; // the user has done with it

    Engine &engine() const { return m_engine; }
    ChannelPort *port() const { return m_port.get(); }
    void openPort(Link &link, LinkChannelListener *listener);
    void closePort(); // what it holds goes back
    quint64 hold(const IncomingMessage &message); // returns its number
    bool isHolding() const { return !m_held.isEmpty(); }
    void giveBack(const std::vector<quint64> &numbers);
    void tooLate(quint64 delivery);

private:
    std::optional<HeldDeliveries::Names> release(quint64 number);
    void reportLost(const HeldDeliveries::Names &names) const;

    Engine &m_engine;
    const quint64 m_id;
    HeldDeliveries m_held;
    std::vector<SettleRequest> m_settlements;
    std::unique_ptr<ChannelPort> m_port;
    quint64 m_generation = 0; // of the link of m_port
    int m_abandoned = 0; // of this generation
};

} // namespace Qombu
