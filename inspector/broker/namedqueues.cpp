// SPDX-License-Identifier: BSD-3-Clause
#include "broker/namedqueues.h"

namespace Qombu::Inspector {

void NamedQueues::add(const QString &queue)
{
    m_errors.insert(queue, {});
}

void NamedQueues::forgetQuestions()
{
    m_answers = std::make_unique<QObject>();
    m_open = 0;
}

// Each question about a queue that is gone leaves an error in the broker's log: it is asked once.
void NamedQueues::ask()
{
    if (m_open > 0)
        return;
    const QStringList queues = m_errors.keys();
    for (const QString &queue : queues) {
        if (m_errors.value(queue).isError())
            continue;
        ++m_open;
        m_gate->inspect(queue).then(
            m_answers.get(), [this, queue](const Result<QueueInfo> &info) { take(queue, info); });
    }
    if (m_open == 0)
        Q_EMIT answered();
}

void NamedQueues::take(const QString &queue, const Result<QueueInfo> &info)
{
    --m_open;
    if (m_errors.contains(queue)) { // not forgotten meanwhile
        m_errors[queue] = info.error().isRecoverable() ? Error() : info.error();
        QueueRow row;
        row.name = queue;
        row.ready = info ? info->messageCount : -1;
        row.consumers = info ? info->consumerCount : -1;
        row.unacked = -1;
        if (info)
            m_rows.insert(queue, row);
        else if (info.error().kind() == Error::NotFound)
            m_rows.remove(queue);
    }
    if (m_open == 0)
        Q_EMIT answered();
}

void NamedQueues::clear()
{
    m_rows.clear();
    m_errors.clear();
}

QList<QueueRow> NamedQueues::rows() const
{
    return m_rows.values();
}

Error NamedQueues::error(const QString &queue) const
{
    return m_errors.value(queue);
}

} // namespace Qombu::Inspector
