// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/publishing/exchangestate.h"

#include "core/logging_p.h"
#include "transports/redis/redisclient.h"
#include "transports/redis/wire/redistext.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr auto LongestUntold = std::chrono::seconds(60);
constexpr int MostReadsInVain = 3;

} // namespace

// A small set is compared as a whole with every publish. Of a large one only the part that a route
// came from, and the count: that one member took the place of another is told by the server, or,
// where it does not tell, noticed after a while. One that changes faster than it can be read is
// taken as it was.
bool ExchangeState::isOld(const RedisContext &context, const QString &exchange) const
{
    if (!m_table)
        return true;
    if (context.declared.changes.of(exchange) != m_version)
        return !isOvertaken();
    const auto age = context.hub->now() - m_readAt;
    const bool isWhole = !m_table->fewMembers().empty() || m_table->count() == 0;
    const bool mayHaveChanged = !isWhole && !context.host.isTracking();
    // Listeners come and go without a word.
    return age >= LongestUntold && (mayHaveChanged || listeners == None);
}

bool ExchangeState::isOvertaken() const
{
    return m_readsInVain >= MostReadsInVain;
}

void ExchangeState::beginReading(const RedisContext &context, const QString &exchange)
{
    m_version = context.declared.changes.of(exchange);
    m_readAt = context.hub->now();
}

void ExchangeState::learn(const RedisContext &context, const QString &exchange,
                          const std::vector<QByteArray> &members)
{
    m_table.emplace(members, context.options);
    ++m_readsInVain;
    listeners = Unknown;
    if (m_table->unreadable() == 0 || std::exchange(m_isWarned, true))
        return;
    qCWarning(lcRedis).noquote()
        << Text::tr("%1 bindings of exchange \"%2\" cannot be read and are skipped")
               .arg(m_table->unreadable())
               .arg(exchange);
}

BrokerNotice ExchangeState::broadcastNotice(const QString &exchange)
{
    return makeNotice(
        BrokerNotice::Information,
        Text::tr("Exchange \"%1\" was named without a type. Programs listen to it as to a fanout "
                 "exchange, so messages are broadcast to them. Declare it with its type.")
            .arg(exchange));
}

BrokerNotice ExchangeState::deadListNotice(const QString &exchange)
{
    return makeNotice(
        BrokerNotice::Information,
        Text::tr("Exchange \"%1\" was named without a type and has a queue that is bound without a "
                 "key; it is taken for a direct exchange. If it is a fanout exchange to which "
                 "nobody listens now, nobody reads that queue: declare the exchange with its type.")
            .arg(exchange));
}

std::optional<ExchangeType> ExchangeState::otherType(const BindingTable &table)
{
    if (table.inferredType() == ExchangeType::Topic)
        return ExchangeType::Topic;
    const auto isKeyed = [](const StoredBinding &binding) {
        const QString &key = binding.routingKey;
        return !key.isEmpty() && !key.contains(QLatin1Char('#')) && !key.contains(QLatin1Char('*'));
    };
    const auto &bindings = table.bindings();
    return std::any_of(bindings.cbegin(), bindings.cend(), isKeyed)
        ? std::optional(ExchangeType::Direct)
        : std::nullopt;
}

BrokerNotice ExchangeState::otherTypeNotice(const QString &exchange, ExchangeType type)
{
    const QString text = type == ExchangeType::Topic
        ? Text::tr("A message was published to \"%1\" as to a fanout exchange and reached nobody: "
                   "queues are bound to it as to a topic exchange. Declare it as topic.")
        : Text::tr("A message was published to \"%1\" as to a fanout exchange and reached nobody: "
                   "queues are bound to it by key, as to a direct exchange. Declare it as direct.");
    return makeNotice(BrokerNotice::Information, text.arg(exchange));
}

BrokerNotice ExchangeState::uncheckedNotice(const QString &exchange, const Error &why)
{
    return makeNotice(
        BrokerNotice::Degraded,
        Text::tr("The bindings of exchange \"%1\" cannot be compared when a message is published, "
                 "so that a change of them may come late: %2")
            .arg(exchange, why.text()),
        why);
}

bool ExchangeState::mayBeDeadList(const OutgoingMessage &message)
{
    return message.content->routingKey.isEmpty()
        && !m_table->routes(QString(), ExchangeType::Direct).empty()
        && !std::exchange(m_isWarnedOfDeadList, true);
}

} // namespace Qombu::Redis
