// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/courier.h"

#include <Qombu/pending.h>

#include <deque>
#include <unordered_map>

namespace Qombu {
class ConnectionPrivate;
class ConsumerPrivate;

// Hands what was fetched to the Consumers of one Connection, which take turns, and gives back what
// a cancelled one never got. Handle's thread; the ConnectionPrivate owns it.
class DeliveryDesk
{
public:
    explicit DeliveryDesk(ConnectionPrivate &connection);

    void addHandle(ConsumerPrivate *handle);
    void removeHandle(ConsumerPrivate *handle); // it is being destroyed
    std::vector<ConsumerPrivate *> takeHandles(); // the Connection is
    void start(quint64 id, ConsumerPrivate *consumer);
    Pending<void> cancel(quint64 id, std::deque<FetchedBatch> undelivered);
    ConsumerPrivate *find(quint64 id) const; // a started one
    // Before anything is closed: the engine knows then what the users got.
    void reportTaken();

    void accept(FetchedBatch &&batch);
    void drop(const News::DropFetched &news);
    void drained(quint64 consumer);
    void settlementLost(const News::SettlementLost &news); // runs user code

    void deliverLater(quint64 id);
    void deliverAllLater(); // to those that have something
    bool hasReady() const { return !m_ready.empty(); }
    void clearReady() { m_ready.clear(); }
    // The next message to the next consumer. False: the Connection, which guard watches, is gone,
    // or there is none.
    bool deliverNext(const QPointer<Connection> &guard);
    // After a round of deliverNext().
    void endRound();
    qint64 delivered() const { return m_delivered; }

private:
    // A cancelled consumer until the engine says that nothing comes any more.
    struct Draining
    {
        std::deque<FetchedBatch> undelivered;
        quint64 ticket = 0;
    };

    ConnectionPrivate &m_connection;
    std::unordered_map<quint64, ConsumerPrivate *> m_consumers; // started ones
    std::vector<ConsumerPrivate *> m_handles; // all
    std::unordered_map<quint64, Draining> m_draining;
    std::deque<quint64> m_ready; // consumers with something to deliver
    std::vector<quint64> m_served; // in this round
    qint64 m_delivered = 0;
};

} // namespace Qombu
