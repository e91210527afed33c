// SPDX-License-Identifier: BSD-3-Clause
#include "virtual/routing/declaredexchanges.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::DeclaredExchanges)
};

} // namespace

Error DeclaredExchanges::declare(const Exchange &exchange)
{
    const QString name = exchange.name();
    const auto known = m_exchanges.constFind(name);
    if (exchange.isPassive()) {
        if (known != m_exchanges.cend() || isPredeclared(name))
            return {};
        return Error(Error::NotFound, Text::tr("NOT_FOUND - no exchange '%1'").arg(name))
            .withReplyCode(404);
    }
    if (exchange.type() == ExchangeType::Headers) {
        return Error(
            Error::Unsupported,
            Text::tr("Exchange '%1': headers exchanges do not exist on this transport").arg(name));
    }
    if (isPredeclared(name)) {
        if (type(name).value_or(exchange.type()) == exchange.type())
            return {};
    } else if (known == m_exchanges.cend()) {
        m_exchanges.insert(name, exchange);
        return {};
    } else if (known->type() == exchange.type() && known->isDurable() == exchange.isDurable()
               && known->isAutoDelete() == exchange.isAutoDelete()
               && known->arguments() == exchange.arguments()) {
        return {};
    }
    return Error(
               Error::Channel,
               Text::tr("PRECONDITION_FAILED - exchange '%1' exists with another type, durability, "
                        "auto-delete or arguments")
                   .arg(name))
        .withReplyCode(406);
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
    if (name.isEmpty() || name == QLatin1String("amq.direct"))
        return ExchangeType::Direct;
    if (name == QLatin1String("amq.topic"))
        return ExchangeType::Topic;
    if (name == QLatin1String("amq.fanout"))
        return ExchangeType::Fanout;
    return std::nullopt;
}

bool DeclaredExchanges::isPredeclared(const QString &name)
{
    return name.isEmpty() || name.startsWith(QLatin1String("amq."));
}

} // namespace Qombu
