// SPDX-License-Identifier: BSD-3-Clause
#include "virtual/routing/declaredexchanges.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {

namespace {

struct DeclaredExchangesText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::DeclaredExchanges)
};

// What wish wants otherwise, by AMQP's name of the argument; null: nothing.
const char *difference(const Exchange &known, const Exchange &wish)
{
    if (known.type() != wish.type())
        return "type";
    if (known.isDurable() != wish.isDurable())
        return "durable";
    if (known.isAutoDelete() != wish.isAutoDelete())
        return "auto_delete";
    return known.arguments() != wish.arguments() ? "arguments" : nullptr;
}

std::optional<ExchangeType> predeclaredType(const QString &name)
{
    if (name.isEmpty() || name == QLatin1String("amq.direct"))
        return ExchangeType::Direct;
    if (name == QLatin1String("amq.topic"))
        return ExchangeType::Topic;
    if (name == QLatin1String("amq.fanout"))
        return ExchangeType::Fanout;
    return std::nullopt;
}

} // namespace

Error DeclaredExchanges::declare(const Exchange &exchange)
{
    const QString name = exchange.name();
    const auto known = m_exchanges.constFind(name);
    if (exchange.isPassive()) {
        if (known != m_exchanges.cend() || isPredeclared(name))
            return {};
        return Error(Error::NotFound,
                     DeclaredExchangesText::tr("NOT_FOUND - no exchange \"%1\"").arg(name))
            .withReplyCode(404);
    }
    if (exchange.type() == ExchangeType::Headers) {
        return Error(Error::Unsupported,
                     DeclaredExchangesText::tr(
                         "Exchange \"%1\": headers exchanges do not exist on this transport")
                         .arg(name));
    }
    if (isReserved(name) && !isPredeclared(name))
        return accessRefused(name);
    const char *differs = nullptr;
    if (isPredeclared(name))
        differs = predeclaredType(name) == exchange.type() ? nullptr : "type";
    else if (known == m_exchanges.cend())
        m_exchanges.insert(name, exchange);
    else
        differs = difference(*known, exchange);
    if (!differs)
        return {};
    return Error(Error::Channel,
                 DeclaredExchangesText::tr(
                     "PRECONDITION_FAILED - exchange \"%1\" exists with another %2")
                     .arg(name, QLatin1String(differs)))
        .withReplyCode(406)
        .withWhere(QStringLiteral("exchange/") + name);
}

void DeclaredExchanges::forget(const QString &name)
{
    m_exchanges.remove(name);
}

std::optional<ExchangeType> DeclaredExchanges::type(const QString &name) const
{
    const auto known = m_exchanges.constFind(name);
    if (known != m_exchanges.cend())
        return known->type();
    return predeclaredType(name);
}

std::optional<Exchange> DeclaredExchanges::find(const QString &name) const
{
    const auto known = m_exchanges.constFind(name);
    return known == m_exchanges.cend() ? std::nullopt : std::optional(*known);
}

bool DeclaredExchanges::isPredeclared(const QString &name)
{
    return predeclaredType(name).has_value();
}

bool DeclaredExchanges::isReserved(const QString &name)
{
    return name.isEmpty() || name.startsWith(QLatin1String("amq."));
}

Error DeclaredExchanges::accessRefused(const QString &name)
{
    return Error(Error::Channel,
                 DeclaredExchangesText::tr(
                     "ACCESS_REFUSED - exchange \"%1\" has a name that is reserved for the "
                     "broker: choose one that does not begin with \"amq.\"")
                     .arg(name))
        .withReplyCode(403)
        .withWhere(QStringLiteral("exchange/") + name);
}

} // namespace Qombu
