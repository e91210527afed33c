// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/browsing/redisbrowser.h"

#include "transports/redis/browsing/redisinventory.h"
#include "transports/redis/consuming/redispage.h"
#include "transports/redis/consuming/redisrecord.h"
#include "transports/redis/topology/redisbindings.h"
#include "virtual/envelope/envelope.h"

#include <QSet>
#include <QTimeZone>

#include <algorithm>

namespace Qombu::Redis {
namespace {

constexpr int fewPerTurn = 4; // elements asked for in one write, while their size is unknown
constexpr int mostPerTurn = 100;
constexpr qint64 mostBytes = 64 << 20; // of one answer

// A stored element, whatever it is, as the content of a message; an error if it is none.
Error read(const QByteArray &element, MessageContent &content)
{
    Result<MessageContent> envelope = Envelope::decode(element);
    if (envelope) {
        content = std::move(*envelope);
        return {};
    }
    content.body = element;
    content.contentType = QStringLiteral("application/data");
    content.contentEncoding = QStringLiteral("binary");
    return envelope.error();
}

// One look into a queue: list after list, page after page. Each element is a reply of its own,
// because one reply may be too large, and how large the next elements are is not known. A page
// leaves in one write, which the server answers without serving others in between: it shows one
// moment.
class Peek : public std::enable_shared_from_this<Peek>
{
public:
    Peek(CommandSender &sender, const RedisKeys &keys, const QString &queue, int limit,
         QueueEnd from, std::shared_ptr<RedisBrowser::Sizes> sizes,
         Done<std::vector<IncomingMessage>> &&done)
        : m_sender(sender)
        , m_lists(keys.lists(queue))
        , m_queue(queue)
        , m_limit(limit)
        , m_fromHead(from == QueueEnd::Head)
        , m_sizes(std::move(sizes))
        , m_done(std::move(done))
        , m_page(fewPerTurn, mostPerTurn, m_sizes->value(queue))
    {
        if (!m_fromHead)
            std::reverse(m_lists.begin(), m_lists.end());
    }

    void next()
    {
        const int wanted = std::min(m_limit - int(m_found.size()), m_page.size());
        if (m_list == m_lists.size() || wanted <= 0 || m_isFull)
            return finish();
        m_open = wanted;
        for (int i = 0; i < wanted; ++i)
            ask(m_fromHead ? -(++m_offset) : m_offset++); // the right end is consumed next
    }

private:
    void ask(qint64 index)
    {
        RespCommand command{"LRANGE", m_lists[m_list]};
        command.add(index).add(index);
        m_sender.send(std::move(command), [self = shared_from_this()](Result<RespValue> reply) {
            if (!self->m_isOver)
                self->answered(std::move(reply));
        });
    }

    void answered(Result<RespValue> reply)
    {
        const bool isTooLarge = reply.error().kind() == Error::LimitExceeded;
        if (!reply && !isTooLarge) {
            m_isOver = true;
            return m_done(reply.error());
        }
        m_atEnd |= reply && reply->items.empty();
        if (isTooLarge && !m_isFull)
            add({}, reply.error());
        else if (!m_atEnd && !m_isFull)
            add(reply->items.front().text, {});
        if (--m_open > 0)
            return;
        if (std::exchange(m_atEnd, false)) {
            ++m_list;
            m_offset = 0;
        }
        next();
    }

    // why: it could not be read
    void add(const QByteArray &element, const Error &why)
    {
        m_page.saw(element.size());
        m_isFull = !m_found.empty() && m_bytes + element.size() > mostBytes;
        if (m_isFull)
            return;
        m_bytes += element.size();
        IncomingMessage &message = m_found.emplace_back();
        message.delivery = m_found.size();
        message.queue = m_queue;
        message.error = why.isError() ? why : read(element, message.content);
    }

    void finish()
    {
        if (m_sizes->size() >= RedisBrowser::mostSizes)
            m_sizes->clear();
        if (m_page.largest() > 0)
            m_sizes->insert(m_queue, m_page.largest());
        m_done(std::move(m_found));
    }

    CommandSender &m_sender;
    std::vector<QByteArray> m_lists;
    const QString m_queue;
    const int m_limit;
    const bool m_fromHead;
    const std::shared_ptr<RedisBrowser::Sizes> m_sizes;
    const Done<std::vector<IncomingMessage>> m_done;
    RedisPage m_page;
    std::vector<IncomingMessage> m_found;
    std::size_t m_list = 0;
    qint64 m_offset = 0;
    qint64 m_bytes = 0;
    int m_open = 0; // questions of this page without an answer
    bool m_atEnd = false; // of this list
    bool m_isFull = false;
    bool m_isOver = false;
};

// One look at the held deliveries: index, records, and for Python's records the bindings.
class UnackedLook : public std::enable_shared_from_this<UnackedLook>
{
public:
    using Row = LinkBrowser::Unacked;

    UnackedLook(CommandSender &sender, const RedisOptions &options, Done<std::vector<Row>> &&done)
        : m_sender(sender)
        , m_options(options)
        , m_keys(options)
        , m_done(std::move(done))
    {
    }

    void start(int limit)
    {
        RespCommand command{
            "ZRANGEBYSCORE", m_keys.unackedIndex(), "-inf", "+inf", "WITHSCORES", "LIMIT", "0"};
        command.add(limit);
        m_sender.send(std::move(command), [self = shared_from_this()](Result<RespValue> reply) {
            if (!reply)
                return self->m_done(reply.error());
            const auto &items = reply->items;
            for (std::size_t i = 0; i + 1 < items.size(); i += 2)
                self->m_index.push_back({items[i].text, items[i + 1].text.toDouble()});
            self->nextRecords();
        });
    }

private:
    // Each record is a reply of its own, as in Peek.
    void nextRecords()
    {
        const std::size_t end = std::min(m_index.size(), m_at + std::size_t(m_page.size()));
        if (m_at == end || m_isFull)
            return findQueues();
        m_open = int(end - m_at);
        for (std::size_t i = m_at; i < end; ++i) {
            m_sender.send({"HGET", m_keys.unacked(), m_index[i].first},
                          [self = shared_from_this()](const Result<RespValue> &reply) {
                              if (!self->m_isOver)
                                  self->recordRead(reply);
                          });
        }
    }

    void recordRead(const Result<RespValue> &reply)
    {
        const bool isTooLarge = reply.error().kind() == Error::LimitExceeded;
        if (!reply && !isTooLarge) {
            m_isOver = true;
            return m_done(reply.error());
        }
        const auto &entry = m_index.at(m_at++);
        if (isTooLarge)
            add(entry, {}, reply.error());
        else if (!reply->isNil()) // else settled in between
            add(entry, reply->text, {});
        if (--m_open == 0)
            nextRecords();
    }

    void add(const std::pair<QByteArray, double> &entry, const QByteArray &text, const Error &why)
    {
        m_page.saw(text.size());
        m_isFull |= !m_rows.empty() && m_bytes + text.size() > mostBytes;
        if (m_isFull)
            return;
        m_bytes += text.size();
        Row row;
        row.tag = QString::fromUtf8(entry.first);
        row.deliveredAt = QDateTime::fromMSecsSinceEpoch(qint64(entry.second * 1000)).toUTC();
        row.returnsAt = row.deliveredAt.addMSecs(m_options.visibilityTimeout.count());
        const auto record = UnackedRecord::read(text);
        row.error = why.isError() ? why : read(record ? record->envelope : text, row.content);
        if (record && record->exchange.isEmpty())
            row.queue = record->routingKey;
        else if (record)
            m_exchanges.insert(record->exchange);
        m_rows.push_back(std::move(row));
        m_routes.push_back(record ? std::pair(record->exchange, record->routingKey)
                                  : std::pair<QString, QString>());
    }

    void findQueues()
    {
        if (m_exchanges.isEmpty())
            return m_done(std::move(m_rows));
        m_asked = int(m_exchanges.size());
        for (const QString &exchange : std::as_const(m_exchanges)) {
            m_sender.send({"SMEMBERS", m_keys.binding(exchange)},
                          [self = shared_from_this(), exchange](const Result<RespValue> &reply) {
                              self->bindingsRead(exchange, reply);
                          });
        }
    }

    void bindingsRead(const QString &exchange, const Result<RespValue> &reply)
    {
        if (reply) {
            std::vector<QByteArray> members;
            for (const RespValue &item : reply->items)
                members.push_back(item.text);
            const BindingTable table(members, m_options);
            for (std::size_t i = 0; i < m_rows.size(); ++i) {
                if (m_routes[i].first == exchange && !exchange.isEmpty())
                    m_rows[i].queue = onlyRoute(table, m_routes[i].second);
            }
        }
        if (--m_asked == 0)
            m_done(std::move(m_rows));
    }

    CommandSender &m_sender;
    const RedisOptions m_options;
    const RedisKeys m_keys;
    const Done<std::vector<Row>> m_done;
    std::vector<std::pair<QByteArray, double>> m_index; // tag, score
    std::size_t m_at = 0;
    RedisPage m_page{fewPerTurn, mostPerTurn};
    int m_open = 0; // questions of this page without an answer
    qint64 m_bytes = 0;
    bool m_isFull = false;
    bool m_isOver = false;
    std::vector<Row> m_rows;
    std::vector<std::pair<QString, QString>> m_routes; // beside m_rows: exchange, key
    QSet<QString> m_exchanges;
    int m_asked = 0;
};

} // namespace

RedisBrowser::RedisBrowser(CommandSender &sender, const RedisOptions &options, Clock now)
    : m_sender(sender)
    , m_options(options)
    , m_now(std::move(now))
{
}

RedisBrowser::~RedisBrowser() = default;

void RedisBrowser::inventory(const InventoryQuery &query, Done<Inventory> done)
{
    std::make_shared<InventoryLook>(m_sender, m_options, query, std::move(done))->start(m_now());
}

void RedisBrowser::peek(const QString &queue, int limit, QueueEnd from,
                        Done<std::vector<IncomingMessage>> done)
{
    std::make_shared<Peek>(m_sender, RedisKeys(m_options), queue, limit, from, m_sizes,
                           std::move(done))
        ->next();
}

void RedisBrowser::unacked(int limit, Done<std::vector<Unacked>> done)
{
    if (limit <= 0)
        return done(std::vector<Unacked>());
    std::make_shared<UnackedLook>(m_sender, m_options, std::move(done))->start(limit);
}

} // namespace Qombu::Redis
