// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/topology/redisbindings.h"

#include "transports/redis/browsing/redisscan.h"
#include "transports/redis/rediskeys.h"
#include "transports/redis/wire/redistext.h"

#include <algorithm>

namespace Qombu::Redis {
namespace {

constexpr qsizetype recentKeys = 1024;
constexpr std::size_t smallSet = 32;
constexpr std::size_t mostMembers = 1000000;
constexpr qsizetype mostBytes = 256 << 20;

Topic::Dialect other(Topic::Dialect dialect)
{
    return dialect == Topic::Dialect::Kombu56 ? Topic::Dialect::Kombu57 : Topic::Dialect::Kombu56;
}

Error cannotBeStored(const QString &what, const QString &text)
{
    return Error(Error::Configuration,
                 Text::tr("%1 \"%2\" contains the separator of binding sets").arg(what, text));
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
    : m_count(qint64(members.size()))
    , m_amqp(options.topicSemantics == RedisOptions::TopicSemantics::Amqp)
{
    std::vector<QByteArray> sorted = members;
    std::sort(sorted.begin(),
              sorted.end()); // so that the order of queues does not change by itself
    if (sorted.size() <= smallSet)
        m_fewMembers = sorted;
    const RedisKeys keys(options);
    QHash<QString, int> numbers;
    for (const QByteArray &member : sorted) {
        std::optional<StoredBinding> binding = StoredBinding::read(member, options.separator);
        if (!binding || !keys.isQueueName(binding->queue)) {
            ++m_unreadable;
            continue;
        }
        Row row;
        row.member = member;
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
        m_rowsOfKey[binding->routingKey].push_back(int(m_rows.size()));
        m_bindings.push_back(std::move(*binding));
        m_rows.push_back(std::move(row));
    }
}

bool BindingTable::takes(std::size_t row, const QString &routingKey) const
{
    if (m_amqp)
        return Topic::amqpMatches(m_bindings[row].routingKey, routingKey);
    return m_rows[row].pattern && m_rows[row].pattern->matches(routingKey);
}

std::vector<int> BindingTable::rowsFor(const QString &routingKey, ExchangeType type) const
{
    if (type != ExchangeType::Topic)
        return m_rowsOfKey.value(routingKey);
    std::vector<int> found;
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        if (takes(row, routingKey))
            found.push_back(int(row));
    }
    return found;
}

const BindingTable::Match &BindingTable::match(const QString &routingKey, ExchangeType type) const
{
    auto &recent = m_recent[type == ExchangeType::Topic ? 1 : 0];
    const auto known = recent.constFind(routingKey);
    if (known != recent.cend())
        return *known;
    if (recent.size() >= recentKeys)
        recent.clear();
    Match found;
    found.rows = rowsFor(routingKey, type);
    for (const int row : found.rows)
        found.queues.push_back(m_rows[std::size_t(row)].queue);
    std::sort(found.queues.begin(), found.queues.end());
    found.queues.erase(std::unique(found.queues.begin(), found.queues.end()), found.queues.end());
    return *recent.insert(routingKey, std::move(found));
}

ExchangeType BindingTable::inferredType() const
{
    const bool topic = std::any_of(m_bindings.begin(), m_bindings.end(),
                                   [](const StoredBinding &b) { return !b.pattern.isEmpty(); });
    return topic ? ExchangeType::Topic : ExchangeType::Direct;
}

void readMembers(CommandSender &sender, const RedisOptions &options, const QString &exchange,
                 std::function<void(Result<std::vector<QByteArray>>)> done)
{
    const auto members = std::make_shared<std::vector<QByteArray>>();
    const auto bytes = std::make_shared<qsizetype>(0);
    Scan::start(
        sender, {{"SSCAN", RedisKeys(options).binding(exchange)}}, {"COUNT", "1000"},
        [members, bytes](std::size_t, std::vector<RespValue> &&page) {
            for (RespValue &member : page) {
                *bytes += member.text.size();
                members->push_back(std::move(member.text));
            }
            return members->size() <= mostMembers && *bytes <= mostBytes;
        },
        [members, exchange, done = std::move(done)](const Result<bool> &isComplete) {
            if (!isComplete)
                return done(isComplete.error());
            if (!*isComplete)
                return done(Error(Error::LimitExceeded,
                                  Text::tr("Exchange \"%1\" has too many bindings to read them: "
                                           "more than %2")
                                      .arg(exchange, QString::number(members->size()))));
            std::sort(members->begin(), members->end());
            members->erase(std::unique(members->begin(), members->end()), members->end());
            done(std::move(*members));
        });
}

void readBindings(CommandSender &sender, const RedisOptions &options, QStringList exchanges,
                  std::function<void(BindingTables)> done)
{
    exchanges.removeDuplicates();
    exchanges.removeAll(QString());
    if (exchanges.isEmpty())
        return done({});
    const auto tables = std::make_shared<BindingTables>();
    const auto answered = std::make_shared<std::function<void(BindingTables)>>(std::move(done));
    for (const QString &exchange : std::as_const(exchanges)) {
        readMembers(sender, options, exchange,
                    [tables, answered, exchange, options,
                     count = exchanges.size()](const Result<std::vector<QByteArray>> &members) {
                        tables->insert(exchange,
                                       members ? BindingTable(*members, options) : BindingTable());
                        if (tables->size() == count)
                            (*answered)(std::move(*tables));
                    });
    }
}

} // namespace Qombu::Redis
