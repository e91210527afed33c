// SPDX-License-Identifier: BSD-3-Clause
#include "broker/queuesampler.h"

#include <QtCore/qhash.h>

namespace Qombu::Inspector {
namespace {

// Counts identities, because two messages without a tag may be equal.
class Census
{
public:
    explicit Census(const QList<MessageRecord> &records)
    {
        m_count.reserve(records.size());
        for (const MessageRecord &record : records)
            ++m_count[record.identity()];
    }

    bool take(const QByteArray &identity)
    {
        const auto it = m_count.find(identity);
        if (it == m_count.end() || it.value() == 0)
            return false;
        --it.value();
        return true;
    }

private:
    QHash<QByteArray, int> m_count;
};

QList<MessageRecord> missing(const QList<MessageRecord> &from, const QList<MessageRecord> &in)
{
    Census census(in);
    QList<MessageRecord> result;
    for (const MessageRecord &record : from) {
        if (!census.take(record.identity()))
            result.append(record);
    }
    return result;
}

// Of two windows that begin at the same end of a queue: those of from that in does not have, and
// that stand before one that it has. What stands behind may only have been pushed out of the
// window.
QList<MessageRecord> missingAtFront(const QList<MessageRecord> &from,
                                    const QList<MessageRecord> &in, bool *gap)
{
    Census census(in);
    QList<MessageRecord> result;
    qsizetype certain = 0;
    bool overlap = false;
    for (const MessageRecord &record : from) {
        if (census.take(record.identity())) {
            certain = result.size();
            overlap = true;
        } else {
            result.append(record);
        }
    }
    if (!overlap) {
        *gap = *gap || (!from.isEmpty() && !in.isEmpty());
        return result;
    }
    result.resize(certain);
    return result;
}

QList<MessageRecord> reversed(QList<MessageRecord> list)
{
    std::reverse(list.begin(), list.end());
    return list;
}

QList<MessageRecord> inOrder(const QueueSample &sample)
{
    return sample.complete ? reversed(sample.newest) : sample.next;
}

} // namespace

SampleChanges QueueSampler::add(const QueueSample &sample)
{
    SampleChanges changes;
    if (m_started && sample.complete && m_last.complete) {
        changes.arrived = reversed(missing(sample.newest, m_last.newest));
        changes.departed = reversed(missing(m_last.newest, sample.newest));
    } else if (m_started) {
        changes.arrived = reversed(missingAtFront(sample.newest, m_last.newest, &changes.gap));
        changes.departed = missingAtFront(inOrder(m_last), inOrder(sample), &changes.gap);
    }
    m_last = sample;
    m_started = true;
    return changes;
}

void QueueSampler::reset()
{
    m_last = {};
    m_started = false;
}

} // namespace Qombu::Inspector
