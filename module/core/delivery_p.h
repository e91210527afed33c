// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/message.h>

#include <atomic>
#include <memory>

namespace Qombu {

// What a delivery is called, and what must be known of it when nobody else remembers it.
struct DeliveryKey
{
    quint64 number = 0; // unique for the life of the Connection
    quint64 consumer = 0; // who got it; 0: get()
    qint64 broadcastBytes = 0; // 0: no broadcast
    qint64 memory = 0; // that decoding took
    QString queue;
    QString tag;
};

// Who takes the word about deliveries: the engine of a Connection. Thread-safe; outlives it.
class SettlementSink
{
public:
    virtual ~SettlementSink();
    // False: the connection is closed, nobody can settle any more.
    virtual bool settle(const DeliveryKey &key, Settlement settlement) = 0;
    // The last copy of a manual-ack message died unsettled: it stays held until the connection
    // ends.
    virtual void abandoned(const DeliveryKey &key) = 0;
};

// One delivery by a broker; shared by all copies of its Message; settles once, from any thread.
class Delivery
{
public:
    Delivery(std::shared_ptr<SettlementSink> sink, DeliveryKey key, AckMode mode);
    ~Delivery(); // AckMode::Auto: acks; Manual and unsettled: reports it as abandoned
    Error settle(Settlement settlement);
    quint64 number() const { return m_key.number; }
    bool isSettled() const { return m_settled.load(std::memory_order_acquire); }
    void keepWhenAbandoned() { m_mode = AckMode::Manual; } // a decode error: Auto must not ack it
    // Nobody has seen the message, and somebody else speaks for it now.
    void disown() { m_settled.store(true, std::memory_order_release); }

private:
    const std::shared_ptr<SettlementSink> m_sink;
    const DeliveryKey m_key;
    AckMode m_mode;
    std::atomic<bool> m_settled = false;
};

} // namespace Qombu
