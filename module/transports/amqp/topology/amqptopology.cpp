// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/topology/amqptopology.h"

#include "transports/amqp/topology/declarations.h"
#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

namespace {

// Reply codes, AMQP 0-9-1 §1.1.
constexpr int ResourceLocked = 405;
constexpr int PreconditionFailed = 406;

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

QString entityOf(const QString &queue)
{
    return QStringLiteral("queue/") + queue;
}

QString entityOf(const Exchange &exchange)
{
    return QStringLiteral("exchange/") + exchange.name();
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
    makeMain();
}

void AmqpTopology::makeMain()
{
    m_main = std::make_unique<TopologyLane>(m_place, [this](TopologyLane *lane) { leave(lane); });
}

// The call may end with this object.
template<typename T>
void AmqpTopology::ask(const QString &entity, Result<Method> &&method, Done<T> done)
{
    if (!method.isOk())
        return done(method.error());
    if (m_place->isGone)
        return;
    if (Error fatal = m_place->fatal->refusalOf(*method, m_place->hub->now()); fatal.isError())
        return done(fatal);
    laneOf(entity).add(
        {std::move(*method), entity, [done = std::move(done)](Result<SessionEvent> answer) {
             done(answer.isOk() ? read(*answer, static_cast<Result<T> *>(nullptr))
                                : Result<T>(answer.error()));
         }});
}

TopologyLane &AmqpTopology::laneOf(const QString &entity)
{
    std::erase_if(m_own, [](const auto &own) { return own.second->isIdle(); });
    const auto own = m_own.find(entity);
    return own == m_own.end() ? *m_main : *own->second;
}

// What others asked behind it is asked again on a new channel.
void AmqpTopology::leave(TopologyLane *silent)
{
    if (silent != m_main.get())
        return;
    const std::weak_ptr<bool> alive = m_alive;
    const QString entity = m_main->entity();
    std::vector<TopologyRequest> others = m_main->takeOthers();
    m_own.insert_or_assign(entity, std::move(m_main));
    makeMain();
    for (TopologyRequest &other : others) {
        if (!alive.expired())
            laneOf(other.entity).add(std::move(other));
    }
}

void AmqpTopology::declare(const Exchange &exchange, Done<void> done)
{
    if (exchange.isDefault() || (isPredeclared(exchange) && !exchange.isPassive()))
        return done({});
    ask(entityOf(exchange), exchangeDeclare(declarationOf(exchange)), std::move(done));
}

void AmqpTopology::declare(const Queue &queue, Done<QueueInfo> done)
{
    const bool mayDiffer = queue.isExclusive() && !queue.isPassive() && !queue.name().isEmpty();
    ask(entityOf(queue.name()), queueDeclare(declarationOf(queue)),
        mayDiffer ? lookingWhetherItDiffers(queue.name(), std::move(done)) : std::move(done));
}

// RabbitMQ calls a queue locked that is there and not exclusive.
Done<QueueInfo> AmqpTopology::lookingWhetherItDiffers(const QString &queue, Done<QueueInfo> done)
{
    return [this, queue, done = std::move(done)](Result<QueueInfo> answer) {
        if (answer.isOk() || answer.error().replyCode() != ResourceLocked)
            return done(std::move(answer));
        inspect(queue, [done, locked = answer.error()](const Result<QueueInfo> &seen) {
            const Error differs =
                Error(Error::Channel,
                      Text::tr("It is there and differs in the argument 'exclusive' (%1)")
                          .arg(locked.text()))
                    .withReplyCode(PreconditionFailed)
                    .withWhere(locked.where());
            done(seen.isOk() ? differs : locked);
        });
    };
}

void AmqpTopology::bind(const Binding &binding, Done<void> done)
{
    if (isImplied(binding))
        return done({});
    bindOrUnbind(queueBind, exchangeBind, binding, std::move(done));
}

void AmqpTopology::unbind(const Binding &binding, Done<void> done)
{
    bindOrUnbind(queueUnbind, exchangeUnbind, binding, std::move(done));
}

// A broker that has no bindings between exchanges would end the connection.
void AmqpTopology::bindOrUnbind(Result<Method> (*ofQueues)(const Bind &),
                                Result<Method> (*ofExchanges)(const Bind &), const Binding &binding,
                                Done<void> done)
{
    if (!binding.queue.isEmpty())
        return ask(entityOf(binding.queue), ofQueues(bindOf(binding)), std::move(done));
    if (m_place->socket && !m_place->socket->session().serverCan().exchangeBindings)
        return done(
            Error(Error::Unsupported, Text::tr("This broker binds no exchange to another")));
    ask(entityOf(Exchange(binding.destinationExchange)), ofExchanges(bindOf(binding)),
        std::move(done));
}

void AmqpTopology::inspect(const QString &queue, Done<QueueInfo> done)
{
    DeclareQueue look;
    look.name = queue;
    look.passive = true;
    ask(entityOf(queue), queueDeclare(look), std::move(done));
}

void AmqpTopology::purge(const QString &queue, Done<qint64> done)
{
    ask(entityOf(queue), queuePurge(queue), std::move(done));
}

void AmqpTopology::remove(const Queue &queue, const RemoveOptions &options, Done<qint64> done)
{
    ask(entityOf(queue.name()), queueDelete(queue.name(), options.ifUnused, options.ifEmpty),
        std::move(done));
}

void AmqpTopology::remove(const Exchange &exchange, const RemoveOptions &options, Done<void> done)
{
    ask(entityOf(exchange), exchangeDelete(exchange.name(), options.ifUnused), std::move(done));
}

} // namespace Qombu::Amqp
