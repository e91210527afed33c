// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/browsing/redisbrowser.h"

#include "transports/redis/browsing/heldrecords.h"
#include "transports/redis/browsing/quarantinelook.h"
#include "transports/redis/browsing/redisinventory.h"
#include "transports/redis/consuming/redisholder.h"
#include "transports/redis/consuming/redispage.h"
#include "transports/redis/topology/redisbindings.h"
#include "transports/redis/wire/redistext.h"

#include <QTimeZone>

namespace Qombu::Redis {
namespace {

// One look at the held deliveries: index, records, and for Python's records the bindings.
class UnackedLook final : public std::enable_shared_from_this<UnackedLook>
{
public:
    using Row = LinkBrowser::Unacked;

    UnackedLook(CommandSender &sender, const RedisOptions &options, const TellUnread &tell,
                Done<std::vector<Row>> &&done)
        : m_sender(sender)
        , m_options(options)
        , m_keys(options)
        , m_tell(tell)
        , m_done(std::move(done))
    {
    }

    void start(int limit)
    {
        m_sender.send({"TIME"}, [self = shared_from_this()](const Result<RespValue> &reply) {
            self->m_now = timeIn(reply);
        });
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
        m_isCut = m_isCut || (m_bytes > mostBytes && !tags.empty());
        if (tags.empty() || m_isCut)
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
        if (held.size == 0 || m_isCut)
            return; // settled in between
        m_page.saw(bytes);
        m_isCut = m_bytes > 0 && m_bytes + bytes > mostBytes;
        m_bytes += bytes;
        if (m_isCut)
            return;
        auto record = held.read();
        Row row;
        row.tag = QString::fromUtf8(entry[0]);
        row.deliveredAt =
            QDateTime::fromMSecsSinceEpoch(qint64(entry[1].toDouble() * 1000)).toUTC();
        row.returnsAt = row.deliveredAt.addMSecs(m_options.visibilityTimeout.count());
        const auto holder = RedisHolder::of(entry[0], entry[1], m_now, m_options);
        row.holder = QString::fromUtf8(holder.name);
        row.holderState = holder.state;
        if (held.text.isEmpty()) {
            readElement(held.outline.envelope(), {}, row.content);
            row.error = Error(Error::LimitExceeded,
                              Text::tr("It has %1 bytes, more than are read").arg(held.size));
        } else {
            row.error = readElement(record ? record->envelope : held.text, {}, row.content);
        }
        m_rows.push_back(std::move(row));
        m_records.push_back(record.value_or(UnackedRecord()));
        m_records.back().envelope.clear();
    }

    void finish()
    {
        if (m_isCut) {
            UnreadParts unread;
            unread.endAfter(qint64(m_rows.size()), mostBytes);
            unread.tell(m_tell);
        }
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

    static constexpr int fewPerTurn = 4; // asked for in one write, while their size is unknown
    static constexpr int mostPerTurn = 100;
    static constexpr qint64 mostBytes = 64 << 20; // of one answer

    CommandSender &m_sender;
    const RedisOptions m_options;
    const RedisKeys m_keys;
    const TellUnread m_tell;
    const Done<std::vector<Row>> m_done;
    RedisPage m_page{fewPerTurn, mostPerTurn};
    std::optional<double> m_now; // the server's; nothing: it does not tell
    std::vector<QByteArray> m_index; // tag, score, tag …
    std::size_t m_next = 0;
    qint64 m_bytes = 0;
    bool m_isCut = false; // there are more, but they are too many bytes
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

void RedisBrowser::peek(const PeekRequest &request, Done<std::vector<IncomingMessage>> done)
{
    std::make_shared<Peek>(m_sender, m_options, request.queue, request.limit, request.from, m_peeks,
                           m_tell, std::move(done))
        ->next();
}

void RedisBrowser::unacked(int limit, Done<std::vector<Unacked>> done)
{
    if (limit <= 0)
        return done(std::vector<Unacked>());
    std::make_shared<UnackedLook>(m_sender, m_options, m_tell, std::move(done))->start(limit);
}

void RedisBrowser::quarantine(const QString &queue, int limit, Done<QList<QuarantinedRow>> done)
{
    lookIntoQuarantine(m_sender, RedisKeys(m_options), queue, limit, m_tell, std::move(done));
}

} // namespace Qombu::Redis
