// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/handles/connectionprivate.h"

#include <Qombu/consumer.h>

namespace Qombu {

// What a Consumer keeps: its wish, and what was fetched and not delivered yet. Handle's thread.
class ConsumerPrivate
{
public:
    ConsumerPrivate(Consumer *consumer, Connection *connection, const QList<Queue> &queues);

    bool isStarted() const { return id != 0; }
    Pending<void> cancel();
    void setPaused(bool paused);
    void tune();
    template<typename T>
    Error setUnlessStarted(const char *name, T ConsumerWish::*member, const T &value);
    void changeState(Consumer::State newState);
    void engineStateChanged(Consumer::State newState);

    bool hasDeliverable() const;
    void deliverNext(); // calls user code as its last act
    void reportTaken(); // AckMode::None: the engine may fetch more
    void drop(quint64 last); // as of DropFetched
    void connectionGone();

    Consumer *const q;
    ConnectionPrivate *owner; // null: the Connection is gone
    const QPointer<Connection> connection;
    ConsumerWish wish;
    quint64 id = 0; // of this start(); 0: not started
    Consumer::State state = Consumer::Stopped;
    std::deque<FetchedBatch> batches;

private:
    int m_taken = 0;
    bool m_warned = false;
};

} // namespace Qombu
