// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/wantedtopology.h"

#include "core/queue_p.h"

#include <QtCore/qdatastream.h>
#include <QtCore/qiodevice.h>

namespace Qombu {

Wanted *WantedTopology::find(const QString &id)
{
    const auto place = m_places.constFind(id);
    return place == m_places.cend() ? nullptr : &m_entities.at(*place);
}

Wanted *WantedTopology::add(const QString &id, std::variant<Exchange, Queue, Binding> wish)
{
    if (Wanted *known = find(id))
        return known;
    const std::pair place(wish.index(), ++m_lastPlace);
    m_places.insert(id, place);
    Wanted &wanted = m_entities[place];
    wanted.id = id;
    wanted.wish = std::move(wish);
    return &wanted;
}

const Wanted *WantedTopology::find(const QString &id) const
{
    const auto place = m_places.constFind(id);
    return place == m_places.cend() ? nullptr : &m_entities.at(*place);
}

// "amq.…" names the broker's own exchanges (AMQP 0-9-1, exchange.declare: access-refused).
bool WantedTopology::isDeclarable(const Exchange &exchange)
{
    return !exchange.isDefault() && !exchange.isPassive() && exchange.isDeclared()
        && !exchange.name().startsWith(QLatin1String("amq."));
}

Wanted *WantedTopology::add(const Exchange &exchange)
{
    return isDeclarable(exchange) ? add(idOf(exchange), exchange) : nullptr;
}

Wanted *WantedTopology::add(const Queue &queue)
{
    if (queue.isPassive() || !queue.isDeclared())
        return nullptr;
    const QString key = keyOf(queue);
    const bool isNew = !m_places.contains(queueId(key));
    Wanted *const wanted = add(queueId(key), queue);
    if (isNew) {
        wanted->queue = key;
        wanted->name = queue.name();
    }
    return wanted;
}

Wanted *WantedTopology::add(const Binding &binding, const QString &queueKey)
{
    Wanted *const wanted = add(idOf(binding, queueKey), binding);
    if (binding.destinationExchange.isEmpty())
        wanted->queue = queueKey;
    return wanted;
}

// With them go auto-delete exchanges that lost their last binding.
void WantedTopology::forgetIf(const std::function<bool(const Wanted &)> &condition)
{
    QStringList sources;
    for (const auto &[place, wanted] : m_entities) {
        const auto *binding = std::get_if<Binding>(&wanted.wish);
        if (!binding || !condition(wanted))
            continue;
        m_forgotten.append(*binding);
        if (binding->destinationExchange.isEmpty())
            m_forgotten.last().queue = nameOf(wanted.queue);
    }
    std::erase_if(m_entities, [&](const auto &entry) {
        const Wanted &wanted = entry.second;
        if (!condition(wanted))
            return false;
        if (const auto *binding = std::get_if<Binding>(&wanted.wish))
            sources.append(binding->exchange.name());
        const auto *queue = std::get_if<Queue>(&wanted.wish);
        if (queue && QueueToken::of(*queue) != 0)
            m_forgottenNameless.append(*queue);
        m_places.remove(wanted.id);
        return true;
    });
    for (const auto &[place, wanted] : m_entities) {
        if (const auto *binding = std::get_if<Binding>(&wanted.wish))
            sources.removeAll(binding->exchange.name());
    }
    for (const QString &source : std::as_const(sources)) {
        const Wanted *exchange = find(idOf(Exchange(source)));
        if (exchange && std::get<Exchange>(exchange->wish).isAutoDelete())
            forgetExchange(source);
    }
}

void WantedTopology::forgetExchange(const QString &name, quint64 last)
{
    forgetIf([&](const Wanted &wanted) {
        if (wanted.isAskedAfter(last))
            return false;
        if (const auto *exchange = std::get_if<Exchange>(&wanted.wish))
            return exchange->name() == name;
        const auto *binding = std::get_if<Binding>(&wanted.wish);
        return binding
            && (binding->exchange.name() == name || binding->destinationExchange == name);
    });
}

void WantedTopology::forgetQueue(const QString &key)
{
    forgetIf([&](const Wanted &wanted) { return wanted.queue == key; });
    m_given.removeIf([&](auto entry) { return entry.value() == key; });
}

void WantedTopology::forgetBinding(const Binding &binding)
{
    const QString id = idOf(binding, keyOf(binding.queue));
    forgetIf([&](const Wanted &wanted) { return wanted.id == id; });
}

void WantedTopology::forgetAlone()
{
    forgetIf([](const Wanted &wanted) { return wanted.isAlone && wanted.consumers.empty(); });
}

QSet<QString> WantedTopology::idsOf(const QList<Queue> &queues) const
{
    QSet<QString> ids;
    for (const Queue &queue : queues) {
        const QString key = keyOf(queue);
        ids.insert(queueId(key));
        for (const Binding &binding : queue.bindings())
            ids << idOf(binding.exchange) << idOf(binding, key);
    }
    return ids;
}

void WantedTopology::forgetConsumer(quint64 consumer, bool cancelled, const QList<Queue> &stays)
{
    QStringList gone; // keys of queues
    bool isAnyLeft = false;
    const QSet<QString> staying = idsOf(stays);
    for (auto &[place, wanted] : m_entities) {
        if (staying.contains(wanted.id))
            continue;
        if (wanted.consumers.erase(consumer) == 0 || !wanted.consumers.empty())
            continue;
        isAnyLeft = isAnyLeft || !wanted.isKept;
        const auto *queue = std::get_if<Queue>(&wanted.wish);
        if (queue && (!wanted.isKept || (cancelled && queue->isAutoDelete())))
            gone.append(wanted.queue);
    }
    for (const QString &key : std::as_const(gone))
        forgetQueue(key);
    if (isAnyLeft)
        forgetIf([](const Wanted &wanted) { return !wanted.isKept && wanted.consumers.empty(); });
}

QString WantedTopology::keyOf(const Queue &queue) const
{
    const quint64 token = QueueToken::of(queue);
    return token != 0 ? keyOf(token) : keyOf(queue.name());
}

QString WantedTopology::keyOf(const QString &queueName) const
{
    return m_given.value(queueName, queueName);
}

QString WantedTopology::nameOf(const QString &key) const
{
    if (!key.startsWith(QLatin1Char('\n')))
        return key;
    const auto place = m_places.constFind(queueId(key));
    return place == m_places.cend() ? QString() : m_entities.at(*place).name;
}

void WantedTopology::setName(Wanted &queue, const QString &name)
{
    m_given.remove(queue.name);
    queue.name = name;
    m_given.insert(name, queue.queue);
}

QList<Binding> WantedTopology::bindingsOf(const QString &key) const
{
    QList<Binding> bindings;
    for (const auto &[place, wanted] : m_entities) {
        const auto *binding = std::get_if<Binding>(&wanted.wish);
        if (binding && wanted.queue == key)
            bindings.append(*binding);
    }
    return bindings;
}

// Every queue is bound to the default exchange by its name; nobody can bind to it.
QList<Binding> WantedTopology::bindingsOf(const Queue &queue)
{
    QList<Binding> bindings = queue.bindings();
    bindings.removeIf([](const Binding &binding) { return binding.exchange.isDefault(); });
    return bindings;
}

Binding WantedTopology::resolved(Binding binding, const QString &queueKey) const
{
    if (binding.destinationExchange.isEmpty())
        binding.queue = nameOf(queueKey);
    return binding;
}

QString WantedTopology::idOf(const Exchange &exchange)
{
    return QLatin1Char('e') + exchange.name();
}

QString WantedTopology::idOf(const Binding &binding, const QString &queueKey)
{
    QByteArray arguments;
    QDataStream stream(&arguments, QIODevice::WriteOnly);
    if (!binding.arguments.isEmpty())
        stream << binding.arguments;
    const QChar end(u'\0');
    return QLatin1Char('b') + binding.exchange.name() + end + binding.routingKey + end
        + (binding.destinationExchange.isEmpty() ? queueKey : QString()) + end
        + binding.destinationExchange + end + QString::fromLatin1(arguments.toHex());
}

} // namespace Qombu
