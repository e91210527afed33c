// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/memoryexchanges.h"

#include "virtual/routing/declaredexchanges.h"
#include "virtual/routing/topicpattern.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>

namespace Qombu {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::MemoryExchanges)
};

} // namespace

Error MemoryExchanges::declare(const Exchange &exchange)
{
    const QString name = exchange.name();
    const auto known = m_exchanges.constFind(name);
    if (exchange.isPassive()) {
        if (known != m_exchanges.cend() || DeclaredExchanges::isPredeclared(name))
            return {};
        return Error(Error::NotFound, Text::tr("NOT_FOUND - no exchange '%1'").arg(name))
            .withReplyCode(404);
    }
    if (DeclaredExchanges::isPredeclared(name))
        return {};
    if (known == m_exchanges.cend()) {
        m_exchanges.insert(name, {exchange, {}});
        return {};
    }
    if (known->exchange.type() == exchange.type())
        return {};
    return Error(Error::Channel,
                 Text::tr("PRECONDITION_FAILED - exchange '%1' exists with another type").arg(name))
        .withReplyCode(406);
}

void MemoryExchanges::remove(const QString &name)
{
    m_exchanges.remove(name);
}

Error MemoryExchanges::bind(const Binding &binding)
{
    const QString name = binding.exchange.name();
    auto it = m_exchanges.find(name);
    if (it == m_exchanges.end())
        it = m_exchanges.insert(name, {Exchange(name, binding.exchange.type()), {}});
    QStringList &queues = it->bindings[binding.routingKey];
    if (!queues.contains(binding.queue))
        queues.append(binding.queue);
    return {};
}

void MemoryExchanges::unbind(const Binding &binding)
{
    const auto row = m_exchanges.find(binding.exchange.name());
    if (row == m_exchanges.end())
        return;
    const auto queues = row->bindings.find(binding.routingKey);
    if (queues == row->bindings.end())
        return;
    queues->removeAll(binding.queue);
    if (queues->isEmpty())
        row->bindings.erase(queues);
    dropIfUnused(binding.exchange.name());
}

void MemoryExchanges::unbindQueue(const QString &queue)
{
    const QStringList names = m_exchanges.keys();
    for (const QString &name : names) {
        auto &bindings = m_exchanges[name].bindings;
        const auto removed = bindings.removeIf([&queue](auto entry) {
            entry.value().removeAll(queue);
            return entry.value().isEmpty();
        });
        if (removed > 0)
            dropIfUnused(name);
    }
}

// An auto-delete exchange goes with its last binding.
void MemoryExchanges::dropIfUnused(const QString &name)
{
    const auto row = m_exchanges.constFind(name);
    if (row != m_exchanges.cend() && row->exchange.isAutoDelete() && row->bindings.isEmpty())
        m_exchanges.erase(row);
}

QStringList MemoryExchanges::route(const QString &exchange, const QString &routingKey) const
{
    const auto row = m_exchanges.constFind(exchange);
    if (row == m_exchanges.cend())
        return {};
    if (row->exchange.type() == ExchangeType::Direct)
        return row->bindings.value(routingKey);
    QStringList reached;
    for (auto it = row->bindings.cbegin(); it != row->bindings.cend(); ++it) {
        if (row->exchange.type() == ExchangeType::Fanout
            || Topic::amqpMatches(it.key(), routingKey))
            reached += it.value();
    }
    reached.removeDuplicates();
    return reached;
}

void MemoryExchanges::describe(Inventory &inventory, int maximumRows) const
{
    QStringList names = m_exchanges.keys();
    names.sort();
    for (const QString &name : std::as_const(names)) {
        const Row &row = m_exchanges.constFind(name).value();
        QList<BindingRow> bindings;
        const bool isTopic = row.exchange.type() == ExchangeType::Topic;
        for (auto it = row.bindings.cbegin(); it != row.bindings.cend(); ++it) {
            const bool differs = isTopic && Topic::semanticsDiffer(it.key());
            for (const QString &queue : it.value())
                bindings.append({name, it.key(), queue, {}, differs});
        }
        std::sort(bindings.begin(), bindings.end(), [](const BindingRow &a, const BindingRow &b) {
            return std::tie(a.routingKey, a.queue) < std::tie(b.routingKey, b.queue);
        });
        if (inventory.exchanges.size() >= maximumRows
            || inventory.bindings.size() + bindings.size() > maximumRows) {
            inventory.truncated = true;
            return;
        }
        inventory.exchanges.append({name, row.exchange.type(), false, int(bindings.size())});
        inventory.bindings += bindings;
    }
}

} // namespace Qombu
