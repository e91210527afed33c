// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/topology/declarations.h"

namespace Qombu::Amqp {

namespace {

QString nameOf(ExchangeType type)
{
    switch (type) {
    case ExchangeType::Topic:
        return QStringLiteral("topic");
    case ExchangeType::Fanout:
        return QStringLiteral("fanout");
    case ExchangeType::Headers:
        return QStringLiteral("headers");
    case ExchangeType::Direct:
        break;
    }
    return QStringLiteral("direct");
}

template<typename T>
void insert(QVariantMap &arguments, const char *name, const std::optional<T> &value)
{
    if (value)
        arguments.insert(QLatin1String(name), qlonglong(*value));
}

std::optional<qint64> milliseconds(const std::optional<std::chrono::milliseconds> &time)
{
    return time ? std::optional<qint64>(time->count()) : std::nullopt;
}

} // namespace

// AMQP 0-9-1 §3.1.3: names that begin with "amq." are the broker's.
bool isPredeclared(const Exchange &exchange)
{
    return exchange.isDefault() || exchange.name().startsWith(QLatin1String("amq."));
}

DeclareExchange declarationOf(const Exchange &exchange)
{
    DeclareExchange declaration;
    declaration.name = exchange.name();
    declaration.type = nameOf(exchange.type());
    declaration.passive = exchange.isPassive();
    declaration.durable = exchange.isDurable();
    declaration.autoDelete = exchange.isAutoDelete();
    declaration.arguments = exchange.arguments();
    return declaration;
}

DeclareQueue declarationOf(const Queue &queue)
{
    DeclareQueue declaration;
    declaration.name = queue.name();
    declaration.passive = queue.isPassive();
    declaration.durable = queue.isDurable();
    declaration.exclusive = queue.isExclusive();
    declaration.autoDelete = queue.isAutoDelete();
    QVariantMap &arguments = declaration.arguments = queue.arguments();
    insert(arguments, "x-expires", milliseconds(queue.expires()));
    insert(arguments, "x-message-ttl", milliseconds(queue.messageTtl()));
    insert(arguments, "x-max-length", queue.maxLength());
    insert(arguments, "x-max-length-bytes", queue.maxLengthBytes());
    insert(arguments, "x-max-priority", queue.maxPriority());
    if (!queue.deadLetterQueue().isEmpty()) { // through the default exchange
        arguments.insert(QStringLiteral("x-dead-letter-exchange"), QString());
        arguments.insert(QStringLiteral("x-dead-letter-routing-key"), queue.deadLetterQueue());
    }
    return declaration;
}

} // namespace Qombu::Amqp
