// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/topology/redisbindings.h"

#include "transports/redis/rediskeys.h"
#include "transports/redis/wire/redistext.h"

#include <QCryptographicHash>

#include <algorithm>

namespace Qombu::Redis {
namespace {

constexpr qsizetype recentKeys = 1024;

Topic::Dialect other(Topic::Dialect dialect)
{
    return dialect == Topic::Dialect::Kombu56 ? Topic::Dialect::Kombu57 : Topic::Dialect::Kombu56;
}

Error cannotBeStored(const QString &what, const QString &text)
{
    return Error(Error::Configuration,
                 Text::tr("%1 \"%2\" contains the separator of binding sets").arg(what, text));
}

QByteArray fingerprintOf(const std::vector<QByteArray> &members)
{
    quint64 sum = 0;
    for (const QByteArray &member : members) {
        const QByteArray hash = QCryptographicHash::hash(member, QCryptographicHash::Sha1);
        sum ^= hash.left(8).toHex().toULongLong(nullptr, 16);
    }
    return QByteArray::number(qulonglong(members.size())) + ':'
        + QByteArray::number(sum, 16).rightJustified(16, '0');
}

} // namespace

QByteArray StoredBinding::member(const QByteArray &separator) const
{
    return routingKey.toUtf8() + separator + pattern.toUtf8() + separator + queue.toUtf8();
}

std::optional<StoredBinding> StoredBinding::read(const QByteArray &member,
                                                 const QByteArray &separator)
{
    const qsizetype first = member.indexOf(separator);
    const qsizetype second = first < 0 ? -1 : member.indexOf(separator, first + separator.size());
    if (second < 0)
        return std::nullopt;
    const qsizetype pattern = first + separator.size();
    const qsizetype queue = second + separator.size();
    if (queue == member.size() || member.indexOf(separator, queue) >= 0)
        return std::nullopt;
    return StoredBinding{QString::fromUtf8(member.left(first)),
                         QString::fromUtf8(member.mid(pattern, second - pattern)),
                         QString::fromUtf8(member.mid(queue))};
}

Result<std::vector<QByteArray>> membersOf(const Binding &binding, const RedisOptions &options)
{
    const QByteArray &separator = options.separator;
    if (binding.queue.isEmpty())
        return Error(Error::Configuration, Text::tr("A queue without a name cannot be bound"));
    if (binding.queue.toUtf8().contains(separator))
        return cannotBeStored(Text::tr("The queue name"), binding.queue);
    if (binding.routingKey.toUtf8().contains(separator))
        return cannotBeStored(Text::tr("The routing key"), binding.routingKey);
    if (binding.exchange.type() == ExchangeType::Headers)
        return Error(Error::Unsupported, Text::tr("Redis has no headers exchanges"));
    if (binding.exchange.type() != ExchangeType::Topic)
        return std::vector<QByteArray>{
            StoredBinding{binding.routingKey, QString(), binding.queue}.member(separator)};
    if (Error error = Topic::checkBindingKey(binding.routingKey); error.isError())
        return error;
    std::vector<QByteArray> result;
    for (const Topic::Dialect each : {options.topicPattern, other(options.topicPattern)}) {
        const QString pattern = Topic::storedPattern(binding.routingKey, each);
        const QByteArray member =
            StoredBinding{binding.routingKey, pattern, binding.queue}.member(separator);
        if (result.empty() || result.front() != member)
            result.push_back(member);
    }
    return result;
}

std::optional<ExchangeType> wellKnownType(const QString &exchange)
{
    const bool mailbox = exchange.endsWith(QStringLiteral(".pidbox"))
        && !exchange.startsWith(QStringLiteral("reply.")); // replies are direct
    if (mailbox || exchange == QStringLiteral("celeryev"))
        return ExchangeType::Fanout;
    return std::nullopt;
}

BindingTable::BindingTable(const std::vector<QByteArray> &members, const RedisOptions &options)
    : m_fingerprint(fingerprintOf(members))
    , m_amqp(options.topicSemantics == RedisOptions::TopicSemantics::Amqp)
{
    std::vector<QByteArray> sorted = members;
    std::sort(sorted.begin(),
              sorted.end()); // so that the order of queues does not change by itself
    QHash<QString, int> numbers;
    for (const QByteArray &member : sorted) {
        std::optional<StoredBinding> binding = StoredBinding::read(member, options.separator);
        if (!binding) {
            ++m_unreadable;
            continue;
        }
        Row row;
        const auto known = numbers.constFind(binding->queue);
        row.queue = known == numbers.cend() ? int(m_queues.size()) : *known;
        if (known == numbers.cend()) {
            numbers.insert(binding->queue, row.queue);
            m_queues << binding->queue;
        }
        if (!binding->pattern.isEmpty()) {
            row.pattern = Topic::KombuPattern::read(binding->pattern);
            m_unreadable += row.pattern ? 0 : 1;
        }
        m_bindings.push_back(std::move(*binding));
        m_rows.push_back(std::move(row));
    }
}

bool BindingTable::takes(std::size_t row, const QString &routingKey, ExchangeType type) const
{
    const StoredBinding &binding = m_bindings[row];
    if (type != ExchangeType::Topic)
        return binding.routingKey == routingKey;
    if (m_amqp)
        return Topic::amqpMatches(binding.routingKey, routingKey);
    return m_rows[row].pattern && m_rows[row].pattern->matches(routingKey);
}

const std::vector<int> &BindingTable::routes(const QString &routingKey, ExchangeType type) const
{
    auto &recent = m_recent[type == ExchangeType::Topic ? 1 : 0];
    const auto known = recent.constFind(routingKey);
    if (known != recent.cend())
        return *known;
    if (recent.size() >= recentKeys)
        recent.clear();
    std::vector<int> found;
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        if (takes(row, routingKey, type))
            found.push_back(m_rows[row].queue);
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return *recent.insert(routingKey, std::move(found));
}

ExchangeType BindingTable::inferredType() const
{
    const bool topic = std::any_of(m_bindings.begin(), m_bindings.end(),
                                   [](const StoredBinding &b) { return !b.pattern.isEmpty(); });
    return topic ? ExchangeType::Topic : ExchangeType::Direct;
}

void readBindings(CommandSender &sender, const RedisOptions &options, QStringList exchanges,
                  std::function<void(BindingTables)> done)
{
    exchanges.removeDuplicates();
    exchanges.removeAll(QString());
    std::vector<RespCommand> commands;
    for (const QString &exchange : std::as_const(exchanges))
        commands.push_back({"SMEMBERS", RedisKeys(options).binding(exchange)});
    const auto tables = std::make_shared<BindingTables>();
    sendEach(
        sender, std::move(commands),
        [tables, exchanges, options](std::size_t i, const Result<RespValue> &reply) {
            const auto members = reply ? reply->texts() : std::vector<QByteArray>();
            tables->insert(exchanges.at(qsizetype(i)), BindingTable(members, options));
        },
        [tables, done = std::move(done)] { done(std::move(*tables)); });
}

} // namespace Qombu::Redis
