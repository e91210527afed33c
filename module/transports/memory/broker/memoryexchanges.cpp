// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/broker/memoryexchanges.h"

#include "virtual/routing/topicpattern.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>

namespace Qombu {

namespace {

struct MemoryExchangesText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::MemoryExchanges)
};

} // namespace

Error MemoryExchanges::remove(const QString &name, const RemoveOptions &options)
{
    if (DeclaredExchanges::isReserved(name))
        return DeclaredExchanges::accessRefused(name);
    if (options.ifUnused && m_bindings.contains(name)) {
        return Error(Error::Channel,
                     MemoryExchangesText::tr("PRECONDITION_FAILED - exchange \"%1\" has bindings")
                         .arg(name))
            .withReplyCode(406);
    }
    m_bindings.remove(name);
    m_declared.forget(name);
    unbindAll([&name](Targets &targets) { targets.exchanges.removeAll(name); });
    return {};
}

Error MemoryExchanges::bind(const Binding &binding)
{
    const QString name = binding.exchange.name();
    if (name.isEmpty()) {
        return Error(Error::Channel,
                     MemoryExchangesText::tr(
                         "ACCESS_REFUSED - nothing can be bound to the default exchange"))
            .withReplyCode(403);
    }
    if (binding.queue.isEmpty() && binding.destinationExchange.isEmpty()) {
        return Error(Error::Configuration,
                     MemoryExchangesText::tr(
                         "A binding of exchange \"%1\" leads nowhere: name a queue or another "
                         "exchange")
                         .arg(name));
    }
    if (!binding.destinationExchange.isEmpty() && !m_declared.type(binding.destinationExchange)) {
        return Error(Error::NotFound,
                     MemoryExchangesText::tr("NOT_FOUND - no exchange \"%1\"")
                         .arg(binding.destinationExchange))
            .withReplyCode(404);
    }
    if (!m_declared.type(name)) {
        Exchange exchange = binding.exchange;
        if (const Error error = m_declared.declare(exchange.setPassive(false)); error.isError())
            return error;
    }
    QStringList &targets = m_bindings[name][binding.routingKey].of(binding);
    const QString &target = binding.queue.isEmpty() ? binding.destinationExchange : binding.queue;
    if (!targets.contains(target))
        targets.append(target);
    return {};
}

void MemoryExchanges::unbind(const Binding &binding)
{
    const auto row = m_bindings.find(binding.exchange.name());
    if (row == m_bindings.end())
        return;
    const auto targets = row->find(binding.routingKey);
    if (targets == row->end())
        return;
    targets->of(binding).removeAll(binding.queue.isEmpty() ? binding.destinationExchange
                                                           : binding.queue);
    if (targets->isEmpty())
        row->erase(targets);
    dropIfUnused(binding.exchange.name());
}

void MemoryExchanges::unbindQueue(const QString &queue)
{
    unbindAll([&queue](Targets &targets) { targets.queues.removeAll(queue); });
}

template<typename Forget>
void MemoryExchanges::unbindAll(const Forget &forget)
{
    const QStringList names = m_bindings.keys();
    for (const QString &name : names) {
        const auto row = m_bindings.find(name);
        if (row == m_bindings.end())
            continue; // went with an exchange that it led to
        const auto removed = row->removeIf([&forget](auto entry) {
            forget(entry.value());
            return entry.value().isEmpty();
        });
        if (removed > 0)
            dropIfUnused(name);
    }
}

// An auto-delete exchange goes with its last binding.
void MemoryExchanges::dropIfUnused(const QString &name)
{
    const auto row = m_bindings.constFind(name);
    if (row != m_bindings.cend() && !row->isEmpty())
        return;
    m_bindings.remove(name);
    if (const auto exchange = m_declared.find(name); exchange && exchange->isAutoDelete())
        remove(name, {});
}

QStringList MemoryExchanges::route(const QString &exchange, const QString &routingKey) const
{
    QStringList reached;
    QStringList visits{exchange};
    const auto add = [&](const Targets &targets) {
        reached += targets.queues;
        for (const QString &next : targets.exchanges) {
            if (!visits.contains(next))
                visits.append(next);
        }
    };
    for (qsizetype i = 0; i < visits.size(); ++i) {
        const auto row = m_bindings.constFind(visits.at(i));
        if (row == m_bindings.cend())
            continue;
        const ExchangeType type = m_declared.type(visits.at(i)).value_or(ExchangeType::Direct);
        if (type == ExchangeType::Direct) {
            if (const auto targets = row->constFind(routingKey); targets != row->cend())
                add(*targets);
            continue;
        }
        for (auto it = row->cbegin(); it != row->cend(); ++it) {
            if (type == ExchangeType::Fanout || Topic::amqpMatches(it.key(), routingKey))
                add(*it);
        }
    }
    reached.removeDuplicates();
    return reached;
}

QList<BindingRow> MemoryExchanges::bindingsOf(const QString &name) const
{
    QList<BindingRow> rows;
    const bool isTopic = m_declared.type(name) == ExchangeType::Topic;
    const Bindings bindings = m_bindings.value(name);
    for (auto it = bindings.cbegin(); it != bindings.cend(); ++it) {
        const bool differs = isTopic && Topic::semanticsDiffer(it.key());
        for (const QString &queue : it->queues)
            rows.append({name, it.key(), queue, {}, differs, {}});
        for (const QString &exchange : it->exchanges)
            rows.append({name, it.key(), {}, {}, differs, exchange});
    }
    std::sort(rows.begin(), rows.end(), [](const BindingRow &a, const BindingRow &b) {
        return std::tie(a.routingKey, a.queue, a.destinationExchange)
            < std::tie(b.routingKey, b.queue, b.destinationExchange);
    });
    return rows;
}

void MemoryExchanges::describe(Inventory &inventory, const InventoryQuery &query) const
{
    QStringList names = m_declared.names();
    for (auto it = m_bindings.cbegin(); it != m_bindings.cend(); ++it)
        names.append(it.key()); // the predeclared ones, if they are used
    names.removeDuplicates();
    names.sort();
    for (const QString &name : std::as_const(names)) {
        if (!name.contains(query.nameFilter))
            continue;
        const QList<BindingRow> bindings = bindingsOf(name);
        if (query.parts & InventoryQuery::Exchanges)
            inventory.exchanges.append({name, m_declared.type(name).value_or(ExchangeType::Direct),
                                        false, int(bindings.size())});
        if (query.parts & InventoryQuery::Bindings)
            inventory.bindings += bindings;
    }
}

} // namespace Qombu
