// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/wantedtopology.h"

namespace Qombu {
namespace {

template<typename T>
void replaceByName(QList<T> &list, const T &value)
{
    for (T &known : list) {
        if (known.name() == value.name()) {
            known = value;
            return;
        }
    }
    list.append(value);
}

bool isSame(const Binding &a, const Binding &b)
{
    return a.queue == b.queue && a.routingKey == b.routingKey
        && a.exchange.name() == b.exchange.name() && a.arguments == b.arguments;
}

// A copy of queue without the bindings that the condition names: Queue has no call for that.
template<typename Condition>
Queue withoutBindings(const Queue &queue, Condition condition)
{
    const QList<Binding> bindings = queue.bindings();
    if (std::none_of(bindings.begin(), bindings.end(), condition))
        return queue;
    Queue copy(queue.name());
    copy.setDurable(queue.isDurable()).setExclusive(queue.isExclusive());
    copy.setAutoDelete(queue.isAutoDelete()).setPassive(queue.isPassive());
    copy.setDeclared(queue.isDeclared()).setArguments(queue.arguments());
    copy.setConsumerArguments(queue.consumerArguments());
    copy.setDeadLetterQueue(queue.deadLetterQueue());
    if (const auto expires = queue.expires())
        copy.setExpires(*expires);
    if (const auto ttl = queue.messageTtl())
        copy.setMessageTtl(*ttl);
    if (const auto length = queue.maxLength())
        copy.setMaxLength(*length);
    if (const auto bytes = queue.maxLengthBytes())
        copy.setMaxLengthBytes(*bytes);
    if (const auto priority = queue.maxPriority())
        copy.setMaxPriority(*priority);
    for (const Binding &binding : bindings) {
        if (!condition(binding))
            copy.addBinding(binding.exchange, binding.routingKey, binding.arguments);
    }
    return copy;
}

} // namespace

void WantedTopology::add(const Exchange &exchange)
{
    if (!exchange.isDefault() && !exchange.isPassive() && exchange.isDeclared())
        replaceByName(m_exchanges, exchange);
}

void WantedTopology::add(const Queue &queue)
{
    if (!queue.isPassive() && queue.isDeclared())
        replaceByName(m_queues, queue);
}

void WantedTopology::add(const Binding &binding)
{
    remove(binding);
    m_bindings.append(binding);
}

void WantedTopology::remove(const Exchange &exchange)
{
    m_exchanges.removeIf([&](const Exchange &known) { return known.name() == exchange.name(); });
    const auto toIt = [&](const Binding &binding) {
        return binding.exchange.name() == exchange.name();
    };
    m_bindings.removeIf(toIt);
    for (Queue &queue : m_queues)
        queue = withoutBindings(queue, toIt);
}

void WantedTopology::remove(const Queue &queue)
{
    m_queues.removeIf([&](const Queue &known) { return known.name() == queue.name(); });
    m_bindings.removeIf([&](const Binding &binding) { return binding.queue == queue.name(); });
}

void WantedTopology::remove(const Binding &binding)
{
    const auto isIt = [&](const Binding &known) { return isSame(known, binding); };
    m_bindings.removeIf(isIt);
    for (Queue &queue : m_queues) {
        if (queue.name() == binding.queue)
            queue = withoutBindings(queue, isIt);
    }
}

} // namespace Qombu
