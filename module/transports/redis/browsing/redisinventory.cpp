// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/browsing/redisinventory.h"

#include "port/inventorypage.h"
#include "transports/redis/browsing/redisscan.h"
#include "transports/redis/consuming/redisrecord.h"

#include <algorithm>

namespace Qombu::Redis {
namespace {

constexpr int quarantineBucket = -1; // in place of a queue's
constexpr int fewestRows = 10000; // that are looked for, to find the page that is asked for
constexpr int queuesPerTurn = 500; // counted with one write
constexpr int mostRecords = 2000; // of held deliveries that are read to count them
constexpr int fewRecords = 100; // of more the oldest so many, to name their queues
constexpr qint64 mostRecordBytes = 16 << 20;
constexpr qint64 wholeRecord = 1 << 20; // of larger ones the outline says enough

} // namespace

InventoryLook::InventoryLook(CommandSender &sender, const RedisOptions &options,
                             const InventoryQuery &query, TellUnread tell, Done<Inventory> done)
    : m_sender(sender)
    , m_options(options)
    , m_keys(options)
    , m_query(query)
    , m_mostRows(std::max(fewestRows, query.maximumRows))
    , m_tell(std::move(tell))
    , m_done(std::move(done))
    , m_buckets(m_keys.buckets().begin(), m_keys.buckets().end())
{
}

void InventoryLook::start(const QDateTime &now)
{
    m_inventory.takenAt = now;
    if (m_query.parts & InventoryQuery::Queues)
        findLists();
    else
        findExchanges();
}

bool InventoryLook::failed(const Error &error)
{
    if (error.isError() && !std::exchange(m_over, true))
        m_done(error);
    return m_over;
}

bool InventoryLook::isWanted(const QString &name) const
{
    return m_query.nameFilter.isEmpty() || name.contains(m_query.nameFilter);
}

// False: there are too many.
bool InventoryLook::addQueue(const QString &queue)
{
    if (m_queues.contains(queue) || !isWanted(queue) || !(m_query.parts & InventoryQuery::Queues))
        return true;
    if (int(m_queues.size()) >= m_mostRows) {
        m_inventory.truncated = true;
        return false;
    }
    m_queues[queue].name = queue;
    return true;
}

// A scan that counts what it leaves out; then next(). keys: what each head is about.
void InventoryLook::scan(std::vector<RespCommand> heads, QList<QByteArray> keys, RespCommand tail,
                         Scan::Elements elements, void (InventoryLook::*next)())
{
    const bool isOfAll = !heads.empty() && heads.front().name() == "SCAN";
    Scan::start(
        m_sender, std::move(heads), std::move(tail), std::move(elements),
        [self = shared_from_this(), next](const Result<bool> &complete) {
            if (self->failed(complete.error()))
                return;
            self->m_inventory.truncated |= !*complete;
            (self.get()->*next)();
        },
        [self = shared_from_this(), isOfAll, keys = std::move(keys)](std::size_t head,
                                                                     const Error &error) {
            if (isOfAll || !isRefusal(error)) // without SCAN nothing can be said
                return false;
            self->m_inventory.truncated = true;
            self->m_unread.add(UnreadParts::Set, keys.at(qsizetype(head)), error);
            return true;
        });
}

void InventoryLook::findLists()
{
    const QByteArray pattern = RedisKeys::escapeGlob(m_keys.prefix()) + '*';
    scan(
        {{"SCAN"}}, {pattern}, {"MATCH", pattern, "COUNT", "500", "TYPE", "list"},
        [this](std::size_t, std::vector<RespValue> &&keys) { return addLists(keys); },
        &InventoryLook::findExchanges);
}

bool InventoryLook::addLists(const std::vector<RespValue> &keys)
{
    for (const RespValue &key : keys) {
        if (const auto of = m_keys.parseQuarantine(key.text)) {
            if (!addQueue(*of))
                return false;
            if (m_queues.contains(*of))
                m_quarantines.insert(*of);
        } else if (const auto list = m_keys.parseList(key.text)) {
            if (!addQueue(list->queue))
                return false;
            if (m_buckets.size() < 32) // other programs may use other steps
                m_buckets.insert(list->bucket);
        }
    }
    return true;
}

void InventoryLook::findExchanges()
{
    const QByteArray pattern = RedisKeys::escapeGlob(m_keys.binding(QString())) + '*';
    scan(
        {{"SCAN"}}, {pattern}, {"MATCH", pattern, "COUNT", "500", "TYPE", "set"},
        [this](std::size_t, std::vector<RespValue> &&keys) {
            for (const RespValue &key : keys)
                m_sets.try_emplace(key.text);
            return int(m_sets.size()) < m_mostRows;
        },
        &InventoryLook::readMembers);
}

void InventoryLook::readMembers()
{
    std::vector<RespCommand> heads;
    QList<QByteArray> keys;
    std::vector<std::vector<QByteArray> *> members; // beside heads
    for (auto &[key, into] : m_sets) {
        heads.push_back({"SSCAN", key});
        keys << key;
        members.push_back(&into);
    }
    scan(
        std::move(heads), std::move(keys), {"COUNT", "500"},
        [this, members](std::size_t i, std::vector<RespValue> &&found) {
            for (RespValue &member : found)
                members[i]->push_back(std::move(member.text));
            m_members += int(found.size());
            return m_members < m_mostRows;
        },
        &InventoryLook::findDeadlines);
}

// Kombu since 5.7 deletes the sets whose time is over and that have no permanent member. Without
// the right to look: nobody knows.
void InventoryLook::findDeadlines()
{
    m_sender.send(
        {"ZRANGEBYSCORE", m_keys.bindingDeadlines(), "-inf", "+inf", "WITHSCORES", "LIMIT", "0",
         QByteArray::number(m_mostRows)},
        [self = shared_from_this()](const Result<RespValue> &reply) {
            const Error error = reply.error();
            if (error.isRecoverable() && self->failed(error))
                return;
            const auto texts = reply ? reply->texts() : std::vector<QByteArray>();
            for (std::size_t i = 0; i + 1 < texts.size(); i += 2) {
                const QString exchange = QString::fromUtf8(texts[i]);
                if (self->m_sets.contains(self->m_keys.binding(exchange)))
                    self->m_deadlines[exchange] =
                        QDateTime::fromMSecsSinceEpoch(qint64(texts[i + 1].toDouble())).toUTC();
            }
            self->dropProtected();
        });
}

void InventoryLook::dropProtected()
{
    std::vector<RespCommand> commands;
    QStringList exchanges; // beside commands
    for (const auto &[exchange, deadline] : m_deadlines) {
        commands.push_back({"SCARD", m_keys.permanentBinding(exchange)});
        exchanges << exchange;
    }
    if (commands.empty())
        return addBindings();
    sendEach(
        m_sender, std::move(commands),
        [self = shared_from_this(), exchanges](std::size_t i, const Result<RespValue> &count) {
            if (!count || count->integer > 0)
                self->m_deadlines.erase(exchanges[qsizetype(i)]);
            if (count.error().isRecoverable())
                self->failed(count.error());
        },
        [self = shared_from_this()] {
            if (!self->m_over)
                self->addBindings();
        });
}

void InventoryLook::addBindings()
{
    for (auto &[key, members] : m_sets) {
        std::sort(members.begin(), members.end());
        members.erase(std::unique(members.begin(), members.end()), members.end()); // SSCAN repeats
        addBindings(m_keys.parseBinding(key).value_or(QString()), members);
    }
    if (!(m_query.parts & InventoryQuery::Queues)) {
        m_inventory.unacked = -1;
        return finish(false);
    }
    countNext(queuesToCount());
}

// By name it is known before which ones are on the page. What else is found afterwards, by held
// messages, has no others.
QStringList InventoryLook::queuesToCount() const
{
    Inventory found;
    for (const auto &[name, row] : m_queues)
        found.queues << row;
    if (m_query.sort == InventoryQuery::ByName)
        cutPage(found, m_query);
    QStringList names;
    for (const QueueRow &row : std::as_const(found.queues))
        names << row.name;
    return names;
}

void InventoryLook::addBindings(const QString &exchange, const std::vector<QByteArray> &members)
{
    const BindingTable &table = *m_tables.insert(exchange, BindingTable(members, m_options));
    ExchangeRow row{exchange, table.inferredType(), true, int(table.bindings().size())};
    row.type = wellKnownType(exchange).value_or(row.type);
    if (const auto deadline = m_deadlines.find(exchange); deadline != m_deadlines.end())
        row.bindingsExpireAt = deadline->second;
    if ((m_query.parts & InventoryQuery::Exchanges) && isWanted(exchange))
        m_inventory.exchanges << row;
    for (const StoredBinding &each : table.bindings()) {
        addQueue(each.queue);
        if (!(m_query.parts & InventoryQuery::Bindings) || !isWanted(exchange))
            continue;
        if (m_inventory.bindings.size() >= m_mostRows) {
            m_inventory.truncated = true;
            break;
        }
        const bool differ = !each.pattern.isEmpty()
            && Topic::semanticsDiffer(each.routingKey, Topic::dialectOf(each.pattern));
        m_inventory.bindings << BindingRow{exchange, each.routingKey, each.queue, each.pattern,
                                           differ};
    }
}

void InventoryLook::countNext(QStringList queues)
{
    if (queues.isEmpty())
        return countUnacked();
    const QStringList now = queues.mid(0, queuesPerTurn);
    queues = queues.mid(now.size());
    std::vector<RedisKeys::ListName> lists;
    std::vector<RespCommand> commands;
    for (const QString &queue : now) {
        for (const int bucket : std::as_const(m_buckets)) {
            lists.push_back({queue, bucket});
            commands.push_back({"LLEN", m_keys.list(queue, bucket)});
        }
        if (m_quarantines.contains(queue)) {
            lists.push_back({queue, quarantineBucket});
            commands.push_back({"LLEN", m_keys.quarantine(queue)});
        }
    }
    sendEach(
        m_sender, std::move(commands),
        [self = shared_from_this(), lists](std::size_t i, const Result<RespValue> &length) {
            self->counted(lists[i].queue, lists[i].bucket, length);
        },
        [self = shared_from_this(), queues] {
            if (!self->m_over)
                self->countNext(queues);
        });
}

void InventoryLook::counted(const QString &queue, int bucket, const Result<RespValue> &length)
{
    // A key of another type that has a queue's name counts as nothing; a lost link ends the look.
    const bool isQuarantine = bucket == quarantineBucket;
    if (!length && length.error().kind() == Error::Configuration) {
        if (isQuarantine)
            m_queues[queue].quarantined = -1;
        else if (std::exchange(m_queues[queue].ready, -1) >= 0)
            m_unread.add(UnreadParts::Queue, queue.toUtf8(), length.error());
    } else if (!length && length.error().kind() != Error::Channel) {
        failed(length.error());
    }
    if (!length || length->integer == 0)
        return;
    QueueRow &row = m_queues[queue];
    if (isQuarantine) {
        row.quarantined = length->integer;
        return;
    }
    if (row.ready >= 0)
        row.ready += length->integer;
    row.readyByPriority[bucket] = length->integer;
}

void InventoryLook::countUnacked()
{
    m_sender.send({"HLEN", m_keys.unacked()},
                  [self = shared_from_this()](const Result<RespValue> &length) {
                      if (isRefusal(length.error())) {
                          self->m_inventory.unacked = -1;
                          return self->leaveOutRecords(length.error());
                      }
                      if (self->failed(length.error()))
                          return;
                      self->m_inventory.unacked = length->integer;
                      if (length->integer == 0)
                          return self->finish(true);
                      self->m_isEachCounted = length->integer <= mostRecords;
                      self->findRecords();
                  });
}

// HSCAN would bring the records too, whatever their size. Without the right to ask: unknown.
void InventoryLook::findRecords()
{
    const RespCommand oldest{"ZRANGEBYSCORE", m_keys.unackedIndex(), "-inf", "+inf", "LIMIT", 0,
                             fewRecords};
    m_sender.send(m_isEachCounted ? RespCommand{"HKEYS", m_keys.unacked()} : oldest,
                  [self = shared_from_this()](const Result<RespValue> &reply) {
                      const Error error = reply.error();
                      if (error.isRecoverable() && self->failed(error))
                          return;
                      if (!reply)
                          return self->leaveOutRecords(error);
                      self->m_tags = reply->texts();
                      self->readRecords();
                  });
}

void InventoryLook::readRecords()
{
    const std::size_t count = std::min(std::size_t(m_page.size()), m_tags.size() - m_nextTag);
    if (count == 0)
        return finish(m_isEachCounted);
    if (m_recordBytes >= mostRecordBytes)
        return finish(false);
    const auto begin = m_tags.begin() + std::ptrdiff_t(m_nextTag);
    m_nextTag += count;
    readHeldRecords(m_sender, m_keys.unacked(), {begin, begin + std::ptrdiff_t(count)}, wholeRecord,
                    [self = shared_from_this()](const Result<std::vector<HeldRecord>> &records) {
                        if (isRefusal(records.error()))
                            self->leaveOutRecords(records.error());
                        else if (!self->failed(records.error()))
                            self->recordsRead(*records);
                    });
}

void InventoryLook::recordsRead(const std::vector<HeldRecord> &records)
{
    for (const HeldRecord &held : records) {
        if (held.size == 0)
            continue; // settled in between
        m_recordBytes += held.text.size();
        m_page.saw(held.text.size());
        const auto record = held.read();
        m_isEachCounted &= record || !held.text.isEmpty();
        const QString queue = record ? record->onlyQueue(m_tables) : QString();
        if (!queue.isEmpty() && addQueue(queue) && m_queues.contains(queue))
            ++m_queues[queue].unacked;
    }
    readRecords();
}

void InventoryLook::leaveOutRecords(const Error &why)
{
    m_unread.add(UnreadParts::Records, m_keys.unacked(), why);
    finish(false);
}

void InventoryLook::finish(bool allRecords)
{
    m_over = true;
    m_unread.tell(m_tell);
    for (auto &[name, row] : m_queues) {
        if (!allRecords)
            row.unacked = -1;
        m_inventory.queues << row;
    }
    cutPage(m_inventory, m_query);
    m_done(std::move(m_inventory));
}

} // namespace Qombu::Redis
