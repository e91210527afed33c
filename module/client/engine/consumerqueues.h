// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/engine/wantedtopology.h"
#include "core/queue_p.h"

#include <algorithm>
#include <iterator>

namespace Qombu {

// Of a binding of that queue, as a consumer named it.
using IsRemoved = std::function<bool(const Queue &, const Binding &)>;

// The queues that a consumer is for, and which of them it has to do without for now: they were
// refused, and may come back. Plain class; the EngineConsumer owns it.
class ConsumerQueues
{
public:
    explicit ConsumerQueues(const QList<Queue> &queues)
        : m_all(queues)
    {
    }

    const QList<Queue> &all() const { return m_all; }
    QList<Queue> present() const
    {
        return chosen([this](const Queue &q) { return !isAbsent(q); });
    }
    QList<Queue> absent() const
    {
        return chosen([this](const Queue &q) { return isAbsent(q); });
    }
    // Present, and those of the absent.
    QList<Queue> presentAnd(const QList<Queue> &more) const
    {
        QStringList keys;
        for (const Queue &queue : more)
            keys.append(keyOf(queue));
        return chosen([&](const Queue &q) { return !isAbsent(q) || keys.contains(keyOf(q)); });
    }
    bool hasAbsent() const { return !m_absent.isEmpty(); }
    bool isAbsent(const Queue &queue) const { return m_absent.contains(keyOf(queue)); }

    void setAbsent(const Queue &queue, bool absent)
    {
        m_absent.removeAll(keyOf(queue));
        if (absent)
            m_absent.append(keyOf(queue));
    }
    void setAllPresent() { m_absent.clear(); }
    void remove(const QList<Queue> &queues)
    {
        for (const Queue &queue : queues) {
            setAbsent(queue, false);
            m_all.removeIf([&](const Queue &one) { return keyOf(one) == keyOf(queue); });
        }
    }
    void rename(const QString &before, const QString &name)
    {
        for (Queue &queue : m_all) {
            if (!before.isEmpty() && queue.name() == before)
                queue.setName(name);
        }
        for (QString &key : m_absent) {
            if (!before.isEmpty() && key == before)
                key = name;
        }
    }
    // It does not declare these bindings again.
    void forgetBindings(const IsRemoved &isRemoved)
    {
        for (Queue &queue : m_all) {
            QList<Binding> bindings = queue.bindings();
            if (bindings.removeIf([&](const Binding &one) { return isRemoved(queue, one); }) > 0)
                queue.setBindings(bindings);
        }
    }

private:
    // It stays the same, whatever its bindings and the name that the broker gave it.
    static QString keyOf(const Queue &queue)
    {
        const quint64 token = QueueToken::of(queue);
        return token != 0 ? WantedTopology::keyOf(token) : queue.name();
    }
    template<typename Condition>
    QList<Queue> chosen(const Condition &condition) const
    {
        QList<Queue> queues;
        std::ranges::copy_if(m_all, std::back_inserter(queues), condition);
        return queues;
    }

    QList<Queue> m_all;
    QStringList m_absent; // keys
};

} // namespace Qombu
