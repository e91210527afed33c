// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/browsing/redisinventory.h"

#include "transports/redis/browsing/redisscan.h"
#include "transports/redis/consuming/redisrecord.h"

#include <algorithm>

namespace Qombu::Redis {
namespace {

constexpr int queuesPerTurn = 500; // counted with one write
constexpr int mostRecords = 2000; // of held deliveries that are read
constexpr qint64 mostRecordBytes = 16 << 20;

} // namespace

InventoryLook::InventoryLook(CommandSender &sender, const RedisOptions &options,
                             const InventoryQuery &query, Done<Inventory> done)
    : m_sender(sender)
    , m_options(options)
    , m_keys(options)
    , m_query(query)
    , m_maximumRows(std::max(1, query.maximumRows))
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
    if (int(m_queues.size()) >= m_maximumRows) {
        m_inventory.truncated = true;
        return false;
    }
    m_queues[queue].name = queue;
    return true;
}

void InventoryLook::findLists()
{
    const QByteArray pattern = RedisKeys::escapeGlob(m_keys.prefix()) + '*';
    Scan::start(
        m_sender, {"SCAN"}, {"MATCH", pattern, "COUNT", "500", "TYPE", "list"},
        [self = shared_from_this()](std::vector<RespValue> &&keys) { return self->addLists(keys); },
        [self = shared_from_this()](const Result<bool> &complete) {
            if (self->failed(complete.error()))
                return;
            self->m_inventory.truncated |= !*complete;
            self->findExchanges();
        });
}

bool InventoryLook::addLists(const std::vector<RespValue> &keys)
{
    for (const RespValue &key : keys) {
        if (const auto queue = m_keys.parseQuarantine(key.text)) {
            if (isWanted(*queue) && !m_inventory.quarantines.contains(*queue)
                && m_inventory.quarantines.size() < m_maximumRows)
                m_inventory.quarantines << *queue;
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
    Scan::start(
        m_sender, {"SCAN"}, {"MATCH", pattern, "COUNT", "500", "TYPE", "set"},
        [self = shared_from_this()](std::vector<RespValue> &&keys) {
            for (const RespValue &key : keys) {
                if (const auto exchange = self->m_keys.parseBinding(key.text))
                    self->m_exchanges.try_emplace(*exchange);
            }
            return int(self->m_exchanges.size()) < self->m_maximumRows;
        },
        [self = shared_from_this()](const Result<bool> &complete) {
            if (self->failed(complete.error()))
                return;
            self->m_inventory.truncated |= !*complete;
            self->readBindings();
        });
}

void InventoryLook::readBindings()
{
    m_asked = 1;
    for (auto &[exchange, members] : m_exchanges) {
        ++m_asked;
        Scan::start(
            m_sender, {"SSCAN", m_keys.binding(exchange)}, {"COUNT", "500"},
            [self = shared_from_this(), &into = members](std::vector<RespValue> &&found) {
                for (RespValue &member : found)
                    into.push_back(std::move(member.text));
                self->m_members += int(found.size());
                return self->m_members < self->m_maximumRows;
            },
            [self = shared_from_this()](const Result<bool> &complete) {
                if (self->failed(complete.error()))
                    return;
                self->m_inventory.truncated |= !*complete;
                if (--self->m_asked == 0)
                    self->bindingsRead();
            });
    }
    if (--m_asked == 0)
        bindingsRead();
}

void InventoryLook::bindingsRead()
{
    for (auto &[exchange, members] : m_exchanges) {
        std::sort(members.begin(), members.end());
        members.erase(std::unique(members.begin(), members.end()), members.end()); // SSCAN repeats
        const BindingTable &table =
            m_tables.try_emplace(exchange, members, m_options).first->second;
        ExchangeRow row{exchange, table.inferredType(), true, int(table.bindings().size())};
        row.type = wellKnownType(exchange).value_or(row.type);
        if ((m_query.parts & InventoryQuery::Exchanges) && isWanted(exchange))
            m_inventory.exchanges << row;
        for (const StoredBinding &each : table.bindings()) {
            addQueue(each.queue);
            if (!(m_query.parts & InventoryQuery::Bindings))
                continue;
            if (m_inventory.bindings.size() >= m_maximumRows) {
                m_inventory.truncated = true;
                break;
            }
            const bool differ = !each.pattern.isEmpty()
                && Topic::semanticsDiffer(each.routingKey, Topic::dialectOf(each.pattern));
            m_inventory.bindings << BindingRow{exchange, each.routingKey, each.queue, each.pattern,
                                               differ};
        }
    }
    QStringList names;
    for (const auto &[name, row] : m_queues)
        names << name;
    countNext(names);
}

void InventoryLook::countNext(QStringList queues)
{
    if (queues.isEmpty())
        return countUnacked();
    const QStringList now = queues.mid(0, queuesPerTurn);
    queues = queues.mid(now.size());
    m_asked = int(now.size() * m_buckets.size());
    for (const QString &queue : now) {
        for (const int bucket : std::as_const(m_buckets)) {
            m_sender.send({"LLEN", m_keys.list(queue, bucket)},
                          [self = shared_from_this(), queue, bucket,
                           queues](const Result<RespValue> &length) {
                              self->counted(queue, bucket, length);
                              if (!self->m_over && --self->m_asked == 0)
                                  self->countNext(queues);
                          });
        }
    }
}

void InventoryLook::counted(const QString &queue, int bucket, const Result<RespValue> &length)
{
    // A key of another type that has a queue's name counts as nothing; a lost link ends the look.
    if (!length) {
        if (length.error().kind() != Error::Channel)
            failed(length.error());
        return;
    }
    if (length->integer == 0)
        return;
    QueueRow &row = m_queues[queue];
    row.ready += length->integer;
    row.readyByPriority[bucket] = length->integer;
}

void InventoryLook::countUnacked()
{
    m_sender.send({"HLEN", m_keys.unacked()},
                  [self = shared_from_this()](const Result<RespValue> &length) {
                      if (self->failed(length.error()))
                          return;
                      self->m_inventory.unacked = length->integer;
                      if (length->integer == 0)
                          self->finish(true);
                      else if (length->integer > mostRecords)
                          self->finish(false); // not read at all: it would cost and say nothing
                      else
                          self->readRecords("0");
                  });
}

// HSCAN brings the records too: COUNT follows their size.
void InventoryLook::readRecords(const QByteArray &cursor)
{
    RespCommand command{"HSCAN", m_keys.unacked(), cursor, "COUNT"};
    command.add(qint64(m_page.size()));
    m_sender.send(std::move(command), [self = shared_from_this()](const Result<RespValue> &reply) {
        if (reply.error().kind() == Error::LimitExceeded)
            self->finish(false);
        else if (!self->failed(reply.error()))
            self->recordsRead(*reply);
    });
}

void InventoryLook::recordsRead(const RespValue &reply)
{
    if (reply.items.size() != 2)
        return finish(false);
    const std::vector<RespValue> &fields = reply.items[1].items;
    for (std::size_t i = 1; i < fields.size(); i += 2)
        addRecord(fields[i - 1].text, fields[i].text);
    const QByteArray &cursor = reply.items[0].text;
    const bool isWanted = m_recordBytes < mostRecordBytes && m_records.size() < 2 * mostRecords
        && ++m_recordPages < mostRecords;
    if (cursor == "0" || !isWanted)
        return finish(cursor == "0");
    readRecords(cursor);
}

void InventoryLook::addRecord(const QByteArray &tag, const QByteArray &value)
{
    if (m_records.contains(tag))
        return; // HSCAN may repeat itself
    m_records.insert(tag);
    m_recordBytes += value.size();
    m_page.saw(value.size());
    const auto record = UnackedRecord::read(value);
    if (!record)
        return;
    QString queue = record->routingKey;
    if (!record->exchange.isEmpty()) {
        const auto table = m_tables.find(record->exchange);
        queue = table == m_tables.end() ? QString() : onlyRoute(table->second, queue);
    }
    if (!queue.isEmpty() && addQueue(queue) && m_queues.contains(queue))
        ++m_queues[queue].unacked;
}

void InventoryLook::finish(bool allRecords)
{
    m_over = true;
    for (auto &[name, row] : m_queues) {
        if (!allRecords)
            row.unacked = -1;
        m_inventory.queues << row;
    }
    m_inventory.quarantines.sort();
    m_done(std::move(m_inventory));
}

QString onlyRoute(const BindingTable &table, const QString &routingKey)
{
    const std::vector<int> &routes = table.routes(routingKey, table.inferredType());
    return routes.size() == 1 ? table.queues().at(routes.front()) : QString();
}

} // namespace Qombu::Redis
