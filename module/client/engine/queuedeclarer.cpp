// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/queuedeclarer.h"

#include "client/engine/topology.h"

#include <utility>

namespace Qombu {

QueueDeclarer::QueueDeclarer(Topology &topology, quint64 consumer)
    : m_topology(topology)
    , m_consumer(consumer)
{
}

void QueueDeclarer::start(const QList<Queue> &queues, Answered answered,
                          std::function<void()> finished)
{
    m_answered = std::move(answered);
    m_finished = std::move(finished);
    m_open = queues;
    m_isAsking = true;
    m_attempt = std::make_shared<char>();
    const std::weak_ptr<char> attempt = m_attempt;
    for (const Queue &queue : queues) {
        m_topology.need(queue, m_consumer, [this, attempt, queue](const Result<QueueInfo> &result) {
            if (!attempt.expired())
                take(queue, result.error());
        });
        if (attempt.expired())
            return;
    }
    m_isAsking = false;
    finishIfAnswered();
}

void QueueDeclarer::take(const Queue &queue, const Error &error)
{
    const std::weak_ptr<char> attempt = m_attempt;
    m_open.removeOne(queue);
    const Answered answered = m_answered; // which may start it anew
    answered(queue, error);
    if (!attempt.expired())
        finishIfAnswered();
}

void QueueDeclarer::finishIfAnswered()
{
    if (m_isAsking || !m_open.isEmpty())
        return;
    m_attempt.reset();
    std::exchange(m_finished, nullptr)();
}

QList<Queue> QueueDeclarer::stop()
{
    m_attempt.reset();
    m_topology.giveUp(m_consumer);
    return std::exchange(m_open, {});
}

} // namespace Qombu
