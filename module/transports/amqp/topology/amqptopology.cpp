// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/topology/amqptopology.h"

#include "transports/amqp/topology/declarations.h"
#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

namespace {

Result<void> read(const SessionEvent &, Result<void> *)
{
    return {};
}

Result<qint64> read(const SessionEvent &event, Result<qint64> *)
{
    return event.messageCount;
}

Result<QueueInfo> read(const SessionEvent &event, Result<QueueInfo> *)
{
    return QueueInfo{event.name, event.messageCount, event.consumerCount};
}

Bind bindOf(const Binding &binding)
{
    return {binding.queue.isEmpty() ? binding.destinationExchange : binding.queue,
            binding.exchange.name(), binding.routingKey, binding.arguments};
}

// Every queue is bound to the default exchange by its name, and to nothing else.
bool isImplied(const Binding &binding)
{
    return binding.exchange.isDefault() && binding.routingKey == binding.queue;
}

} // namespace

AmqpTopology::AmqpTopology(std::shared_ptr<AmqpPlace> place)
    : m_place(std::move(place))
{
}

AmqpTopology::~AmqpTopology()
{
    if (m_channel && m_place->socket)
        m_place->socket->closeChannel(m_channel);
}

// The call may end with this object.
template<typename T>
void AmqpTopology::ask(Result<Method> &&method, Done<T> done)
{
    if (!method.isOk())
        return done(method.error());
    if (m_place->isGone)
        return;
    if (!openChannel())
        return done(withoutConnection());
    if (Error error = m_place->socket->send(m_channel, *method); error.isError())
        return done(error);
    m_requests.push_back(
        {std::move(*method), [done = std::move(done)](Result<SessionEvent> answer) {
             done(answer.isOk() ? read(*answer, static_cast<Result<T> *>(nullptr))
                                : Result<T>(answer.error()));
         }});
}

bool AmqpTopology::openChannel()
{
    if (!m_place->socket)
        return false;
    if (m_channel == 0)
        m_channel = m_place->socket->openChannel(this);
    return m_channel != 0;
}

void AmqpTopology::channelEvents(std::span<SessionEvent> events)
{
    const std::weak_ptr<bool> alive = m_alive;
    for (SessionEvent &event : events) {
        if (event.type == SessionEvent::ChannelClosed) {
            m_channel = 0;
            return refused(event.why);
        }
        if (event.type != SessionEvent::Answer || m_requests.empty())
            continue;
        const Request request = std::move(m_requests.front());
        m_requests.pop_front();
        request.done(std::move(event));
        if (alive.expired())
            return;
    }
}

// The oldest request is the one that was refused; the broker has dropped those behind it.
void AmqpTopology::refused(const Error &why)
{
    if (m_requests.empty())
        return;
    const Request request = std::move(m_requests.front());
    m_requests.pop_front();
    if (!m_requests.empty() && openChannel()) {
        for (const Request &behind : m_requests)
            m_place->socket->send(m_channel, behind.method);
    }
    request.done(why);
}

void AmqpTopology::declare(const Exchange &exchange, Done<void> done)
{
    if (exchange.isDefault() || (isPredeclared(exchange) && !exchange.isPassive()))
        return done({});
    ask(exchangeDeclare(declarationOf(exchange)), std::move(done));
}

void AmqpTopology::declare(const Queue &queue, Done<QueueInfo> done)
{
    ask(queueDeclare(declarationOf(queue)), std::move(done));
}

void AmqpTopology::bind(const Binding &binding, Done<void> done)
{
    if (isImplied(binding))
        return done({});
    ask(binding.queue.isEmpty() ? exchangeBind(bindOf(binding)) : queueBind(bindOf(binding)),
        std::move(done));
}

void AmqpTopology::unbind(const Binding &binding, Done<void> done)
{
    ask(binding.queue.isEmpty() ? exchangeUnbind(bindOf(binding)) : queueUnbind(bindOf(binding)),
        std::move(done));
}

void AmqpTopology::inspect(const QString &queue, Done<QueueInfo> done)
{
    DeclareQueue look;
    look.name = queue;
    look.passive = true;
    ask(queueDeclare(look), std::move(done));
}

void AmqpTopology::purge(const QString &queue, Done<qint64> done)
{
    ask(queuePurge(queue), std::move(done));
}

void AmqpTopology::remove(const Queue &queue, const RemoveOptions &options, Done<qint64> done)
{
    ask(queueDelete(queue.name(), options.ifUnused, options.ifEmpty), std::move(done));
}

void AmqpTopology::remove(const Exchange &exchange, const RemoveOptions &options, Done<void> done)
{
    ask(exchangeDelete(exchange.name(), options.ifUnused), std::move(done));
}

} // namespace Qombu::Amqp
