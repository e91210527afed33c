// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/queue.h>

#include <QByteArray>
#include <QHash>
#include <QString>

#include <chrono>
#include <map>
#include <vector>

namespace Qombu::Redis {

// One member that somebody on this link wants to be in a binding set.
struct WantedBinding
{
    QByteArray member;
    QByteArray other; // the other text for the same wish, if there is one
    std::chrono::milliseconds life{0}; // of the set, from now on; 0: for ever
    QString queue;
};

// The bindings that one link wants to be there, and how long its queues live. Plain class.
class WantedBindings
{
public:
    // What was declared about a queue decides about the life of its bindings.
    void declared(const QString &queue, const Queue &wish);
    std::chrono::milliseconds lifeOf(const QString &queue) const { return m_lives.value(queue); }

    void add(const QString &exchange, const WantedBinding &binding);
    // One of its texts is enough.
    void remove(const QString &exchange, const QByteArray &member);
    void removeQueue(const QString &queue);
    void removeExchange(const QString &exchange) { m_bindings.erase(exchange); }

    std::vector<QString> exchanges() const;
    std::vector<WantedBinding> of(const QString &exchange) const;
    // Whether one of them has none of its texts among these, which are sorted.
    bool areMissing(const QString &exchange, const std::vector<QByteArray> &members) const;

private:
    using Members = std::map<QByteArray, WantedBinding>;
    QHash<QString, std::chrono::milliseconds> m_lives; // by queue; only where it is not for ever
    std::map<QString, Members> m_bindings; // by exchange
};

} // namespace Qombu::Redis
