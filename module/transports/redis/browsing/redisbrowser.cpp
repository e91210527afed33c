// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/browsing/redisbrowser.h"

#include "transports/redis/browsing/heldrecords.h"
#include "transports/redis/browsing/redisinventory.h"
#include "transports/redis/consuming/redispage.h"
#include "transports/redis/topology/redisbindings.h"
#include "transports/redis/wire/redistext.h"
#include "virtual/envelope/envelope.h"

#include <QTimeZone>

#include <algorithm>

namespace Qombu::Redis {
namespace {

constexpr int fewPerTurn = 4; // elements asked for in one write, while their size is unknown
constexpr int mostPerTurn = 100;
constexpr qint64 mostBytes = 64 << 20; // of one answer

// A stored element, whatever it is, as the content of a message; an error if it is none, or if it
// could not be read.
Error read(const QByteArray &element, const Error &why,
           std::shared_ptr<const MessageContent> &content)
{
    MessageContent found;
    Error error = why;
    if (!error.isError()) {
        Result<MessageContent> envelope = Envelope::decode(element);
        error = envelope.error();
        if (envelope) {
            found = std::move(*envelope);
        } else {
            found.body = element;
            found.contentType = QStringLiteral("application/data");
            found.contentEncoding = QStringLiteral("binary");
        }
    }
    content = std::make_shared<const MessageContent>(std::move(found));
    return error;
}

// A look at many stored values: page after page until there is no more. Each value is a reply of
// its own, because one reply may be too large, and how large the next values are is not known. A
// page leaves in one write, which the server answers without serving others in between: it shows
// one moment.
class PagedLook : public std::enable_shared_from_this<PagedLook>
{
public:
    explicit PagedLook(CommandSender &sender, qint64 largest = 0)
        : m_sender(sender)
        , m_page(fewPerTurn, mostPerTurn, largest)
    {
    }
    virtual ~PagedLook() = default;

    void next()
    {
        auto commands = m_isFull ? std::vector<RespCommand>() : page(m_page.size());
        if (commands.empty())
            return finish();
        sendEach(
            m_sender, std::move(commands),
            [self = shared_from_this()](std::size_t i, const Result<RespValue> &reply) {
                self->answered(i, reply);
            },
            [self = shared_from_this()] {
                if (!self->m_isOver)
                    self->next();
            });
    }

protected:
    virtual std::vector<RespCommand> page(int size) = 0; // none: nothing is left to ask
    // Of an answer to one of them; null: there is no value.
    virtual const RespValue *valueIn(const RespValue &reply) = 0;
    virtual void add(std::size_t i, const QByteArray &value, const Error &why) = 0; // why not
    virtual void finish() = 0;
    virtual void fail(const Error &error) = 0;

    CommandSender &m_sender;
    RedisPage m_page;

private:
    void answered(std::size_t i, const Result<RespValue> &reply)
    {
        const bool isTooLarge = reply.error().kind() == Error::LimitExceeded;
        if (m_isOver || m_isFull)
            return;
        m_isOver = !reply && !isTooLarge;
        if (m_isOver)
            return fail(reply.error());
        const RespValue *const value = reply ? valueIn(*reply) : nullptr;
        if (!value && !isTooLarge)
            return;
        const qint64 size = value ? value->text.size() : 0;
        m_page.saw(size);
        m_isFull = m_bytes > 0 && m_bytes + size > mostBytes;
        if (m_isFull)
            return;
        m_bytes += size;
        add(i, value ? value->text : QByteArray(), reply.error());
    }

    qint64 m_bytes = 0;
    bool m_isFull = false;
    bool m_isOver = false;
};

// One look into a queue, list after list.
class Peek final : public PagedLook
{
public:
    Peek(CommandSender &sender, const RedisKeys &keys, const QString &queue, int limit,
         QueueEnd from, std::shared_ptr<RedisBrowser::Sizes> sizes,
         Done<std::vector<IncomingMessage>> &&done)
        : PagedLook(sender, sizes->value(queue))
        , m_lists(keys.lists(queue))
        , m_queue(queue)
        , m_limit(limit)
        , m_fromHead(from == QueueEnd::Head)
        , m_sizes(std::move(sizes))
        , m_done(std::move(done))
    {
        if (!m_fromHead)
            std::reverse(m_lists.begin(), m_lists.end());
    }

private:
    std::vector<RespCommand> page(int size) override
    {
        if (std::exchange(m_atEnd, false)) {
            ++m_list;
            m_offset = 0;
        }
        std::vector<RespCommand> commands;
        const int wanted = std::min(m_limit - int(m_found.size()), size);
        for (int i = 0; i < wanted && m_list < m_lists.size(); ++i) {
            const qint64 index = m_fromHead ? -(++m_offset) : m_offset++; // the right end is next
            commands.push_back({"LRANGE", m_lists[m_list], index, index});
        }
        return commands;
    }

    const RespValue *valueIn(const RespValue &reply) override
    {
        m_atEnd |= reply.items.empty();
        return m_atEnd ? nullptr : &reply.items.front();
    }

    void add(std::size_t, const QByteArray &element, const Error &why) override
    {
        IncomingMessage &message = m_found.emplace_back();
        message.delivery = m_found.size();
        message.queue = m_queue;
        message.error = read(element, why, message.content);
    }

    void finish() override
    {
        if (m_sizes->size() >= RedisBrowser::mostSizes)
            m_sizes->clear();
        if (m_page.largest() > 0)
            m_sizes->insert(m_queue, m_page.largest());
        m_done(std::move(m_found));
    }
    void fail(const Error &error) override { m_done(error); }

    std::vector<QByteArray> m_lists;
    const QString m_queue;
    const int m_limit;
    const bool m_fromHead;
    const std::shared_ptr<RedisBrowser::Sizes> m_sizes;
    const Done<std::vector<IncomingMessage>> m_done;
    std::vector<IncomingMessage> m_found;
    std::size_t m_list = 0;
    qint64 m_offset = 0;
    bool m_atEnd = false; // of this list
};

// One look at the held deliveries: index, records, and for Python's records the bindings.
class UnackedLook final : public std::enable_shared_from_this<UnackedLook>
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
        RespCommand command{"ZRANGEBYSCORE",
                            m_keys.unackedIndex(),
                            "-inf",
                            "+inf",
                            "WITHSCORES",
                            "LIMIT",
                            0,
                            limit};
        m_sender.send(std::move(command), [self = shared_from_this()](Result<RespValue> reply) {
            if (!reply)
                return self->m_done(reply.error());
            self->m_index = reply->texts();
            self->next();
        });
    }

private:
    void next()
    {
        std::vector<QByteArray> tags;
        for (int i = 0; i < m_page.size() && m_next + 2 * std::size_t(i) + 1 < m_index.size(); ++i)
            tags.push_back(m_index[m_next + 2 * std::size_t(i)]);
        if (tags.empty() || m_bytes > mostBytes)
            return finish();
        readHeldRecords(m_sender, m_keys.unacked(), std::move(tags), m_options.maximumElementBytes,
                        [self = shared_from_this()](const Result<std::vector<HeldRecord>> &found) {
                            if (!found)
                                return self->m_done(found.error());
                            for (const HeldRecord &record : *found)
                                self->add(record);
                            self->next();
                        });
    }

    void add(const HeldRecord &held)
    {
        const QByteArray *const entry = &m_index[std::exchange(m_next, m_next + 2)];
        const qint64 bytes = held.text.size();
        if (held.size == 0 || m_bytes > mostBytes)
            return; // settled in between
        m_page.saw(bytes);
        const bool isFull = m_bytes > 0 && m_bytes + bytes > mostBytes;
        m_bytes += bytes;
        if (isFull)
            return;
        auto record = held.read();
        Row row;
        row.tag = QString::fromUtf8(entry[0]);
        row.deliveredAt =
            QDateTime::fromMSecsSinceEpoch(qint64(entry[1].toDouble() * 1000)).toUTC();
        row.returnsAt = row.deliveredAt.addMSecs(m_options.visibilityTimeout.count());
        if (held.text.isEmpty()) {
            read(held.outline.envelope(), {}, row.content);
            row.error = Error(Error::LimitExceeded,
                              Text::tr("It has %1 bytes, more than are read").arg(held.size));
        } else {
            row.error = read(record ? record->envelope : held.text, {}, row.content);
        }
        m_rows.push_back(std::move(row));
        m_records.push_back(record.value_or(UnackedRecord()));
        m_records.back().envelope.clear();
    }

    void finish()
    {
        QStringList exchanges;
        for (const UnackedRecord &record : m_records)
            exchanges << record.exchange;
        readBindings(m_sender, m_options, exchanges,
                     [self = shared_from_this()](const BindingTables &tables) {
                         for (std::size_t i = 0; i < self->m_rows.size(); ++i)
                             self->m_rows[i].queue = self->m_records[i].onlyQueue(tables);
                         self->m_done(std::move(self->m_rows));
                     });
    }

    CommandSender &m_sender;
    const RedisOptions m_options;
    const RedisKeys m_keys;
    const Done<std::vector<Row>> m_done;
    RedisPage m_page{fewPerTurn, mostPerTurn};
    std::vector<QByteArray> m_index; // tag, score, tag …
    std::size_t m_next = 0;
    qint64 m_bytes = 0;
    std::vector<Row> m_rows;
    std::vector<UnackedRecord> m_records; // beside m_rows, without their envelopes
};

} // namespace

RedisBrowser::RedisBrowser(CommandSender &sender, const RedisOptions &options, Clock now,
                           TellUnread tell)
    : m_sender(sender)
    , m_options(options)
    , m_now(std::move(now))
    , m_tell(std::move(tell))
{
}

RedisBrowser::~RedisBrowser() = default;

void RedisBrowser::inventory(const InventoryQuery &query, Done<Inventory> done)
{
    std::make_shared<InventoryLook>(m_sender, m_options, query, m_tell, std::move(done))
        ->start(m_now());
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
