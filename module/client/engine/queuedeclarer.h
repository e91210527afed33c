// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/queue.h>
#include <Qombu/result.h>

#include <functional>
#include <memory>

namespace Qombu {
class Topology;

// Asks the Topology for queues of one consumer, all at once, and tells of each what came of it.
// Hub's thread; the EngineConsumer owns it.
class QueueDeclarer
{
public:
    using Answered = std::function<void(const Queue &, const Error &)>;

    QueueDeclarer(Topology &topology, quint64 consumer);

    // finished() after the last of them. Either may stop it.
    void start(const QList<Queue> &queues, Answered answered, std::function<void()> finished);
    QList<Queue> stop(); // those that nobody answered for, and nobody waits for any more

private:
    void take(const Queue &queue, const Error &error);
    void finishIfAnswered();

    Topology &m_topology;
    const quint64 m_consumer;
    Answered m_answered;
    std::function<void()> m_finished;
    QList<Queue> m_open;
    bool m_isAsking = false;
    std::shared_ptr<char> m_attempt; // answers to those before do not count
};

} // namespace Qombu
