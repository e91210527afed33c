// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisrestore.h"

#include "transports/redis/consuming/redisledger.h"
#include "transports/redis/consuming/restorecall.h"
#include "transports/redis/redisscripts.h"
#include "transports/redis/wire/redistext.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr int PageSize = 100; // records
constexpr int PageLooks = 1000; // entries of the index
constexpr qint64 PageBytes = 8 << 20;
constexpr qint64 LargeBytes = 1 << 20; // of a record; then its body stays on the server
// So long no server is frozen, nor its disk full, without anybody noticing.
constexpr auto LongTimeout = std::chrono::minutes(10);
constexpr qint64 MostPassed = 20000; // entries that stay, a sweep; the next one goes on there
constexpr qsizetype MostLargeLeft = 1000; // those beyond are read again by every sweep

} // namespace

RedisRestore::RedisRestore(const RedisContext &context)
    : m_context(context)
    , m_trouble{BrokerNotice::Permission,
                Text::tr("What consumers that died hold cannot be given back: %1"),
                Text::tr("What consumers that died hold is given back again; failed attempts: %1")}
{
}

// Soon: what a killed consumer left may be due already.
void RedisRestore::start(std::chrono::seconds uptime)
{
    const RedisOptions &options = m_context.options;
    m_couldRenew = uptime >= options.leaseRound();
    if (!std::exchange(m_hasBegun, true))
        m_waits = options.visibilityTimeout < LongTimeout
            || uptime < options.visibilityTimeout + options.leaseRound();
    if (!m_isSweeping && !m_isStopped)
        later(std::chrono::nanoseconds(0));
}

void RedisRestore::stop()
{
    m_isStopped = true;
    m_timer.cancel();
}

void RedisRestore::later(std::chrono::nanoseconds delay)
{
    if (!m_isStopped)
        m_timer = m_context.hub->callLater(delay, [this] { begin(); });
}

// Between three and five quarters of what was asked for, so that programs do not sweep in step.
std::chrono::nanoseconds RedisRestore::interval() const
{
    const std::chrono::nanoseconds wanted = m_context.options.restoreInterval;
    const auto jitter = m_context.hub->random() % quint64(std::max<qint64>(1, wanted.count() / 2));
    return std::max(wanted * 3 / 4 + std::chrono::nanoseconds(jitter),
                    m_context.options.leaseRound());
}

void RedisRestore::begin()
{
    m_isSweeping = true;
    if (m_time.isEmpty())
        askTime();
    else
        sweep();
}

// After a server was started or thawed, a full disk emptied: everybody may renew first. A program
// that looks in for a moment must not wait for that where there was nothing of the kind.
void RedisRestore::askTime()
{
    ask({}, [this](const Result<RespValue> &reply) {
        if (!reply || reply->items.size() != 7)
            return failed(reply.error());
        const QByteArray &now = reply->items[0].text;
        const bool isMarked = canUse(reply->items[6], now);
        m_time = isMarked ? reply->items[6].text : now;
        m_isSweeping = false;
        later(std::exchange(m_waits, true) && !isMarked ? m_context.options.leaseRound()
                                                        : std::chrono::nanoseconds(0));
    });
}

// A program before this one asked at that time, and left: what was due then and still is was not
// renewed although everybody could. So programs that look in for a moment each give back what was
// due when the one before came.
bool RedisRestore::canUse(const RespValue &mark, const QByteArray &now) const
{
    const std::chrono::duration<double> age(now.toDouble() - mark.text.toDouble());
    return m_couldRenew && !mark.text.isEmpty() && age >= m_context.options.leaseRound();
}

void RedisRestore::ask(const QByteArray &highest, CommandSender::Reply done)
{
    const RedisOptions &options = m_context.options;
    const auto seconds = [](std::chrono::nanoseconds time) {
        return QByteArray::number(std::chrono::duration<double>(time).count(), 'f', 6);
    };
    RespCommand keys{m_context.keys.unacked(), m_context.keys.unackedIndex()};
    if (highest.isEmpty())
        keys.add(m_context.keys.own("overdue"));
    m_context.sender.run(Scripts::all().expired, std::move(keys),
                         {highest, m_skip, PageLooks, PageSize, PageBytes, LargeBytes,
                          int(options.isVisibilityTimeoutGiven), seconds(options.visibilityTimeout),
                          seconds(options.leaseRound())},
                         std::move(done));
}

void RedisRestore::sweep()
{
    m_looked = 0;
    m_given = 0;
    m_nextTime.clear();
    m_tables.clear();
    if (m_highest.isEmpty()) {
        const auto age = std::chrono::duration<double>(m_context.options.visibilityTimeout);
        m_highest = QByteArray::number(m_time.toDouble() - age.count(), 'f', 6);
        m_skip = 0;
        m_report.beginRound();
    }
    readPage();
}

bool RedisRestore::hasEnough() const
{
    const std::optional<int> limit = m_context.options.restoreLimit;
    return limit && m_given >= *limit;
}

void RedisRestore::readPage()
{
    if (m_isStopped || m_looked - m_given >= MostPassed)
        return endSweep(false);
    ask(m_highest, [this](const Result<RespValue> &reply) { pageRead(reply); });
}

void RedisRestore::pageRead(const Result<RespValue> &reply)
{
    if (!reply || reply->items.size() < 6)
        return failed(reply.error());
    m_trouble.happened({}, m_context.host);
    if (m_nextTime.isEmpty())
        m_nextTime = reply->items[0].text;
    m_hasMore = reply->items[1].integer == 1;
    m_pageEnd = reply->items[2].text;
    m_stay = reply->items[3].integer;
    m_looked += reply->items[4].integer;
    m_page.clear();
    m_next = 0;
    QStringList exchanges;
    const auto &items = reply->items[5].items;
    for (std::size_t i = 0; i + 3 < items.size(); i += 4) {
        Expired &expired = m_page.emplace_back();
        expired = {items[i].text,
                   items[i + 1].text,
                   items[i + 2].integer,
                   !items[i + 3].isNil(),
                   UnackedRecord::read(items[i + 3].text),
                   {}};
        if (expired.record)
            exchanges.append(expired.record->exchange);
    }
    m_open = 1; // this page
    readTables(std::move(exchanges));
}

// Records of Kombu name an exchange: its bindings say where the message belongs.
void RedisRestore::readTables(QStringList exchanges)
{
    exchanges.removeIf([this](const QString &exchange) { return m_tables.contains(exchange); });
    readBindings(m_context.sender, m_context.options, std::move(exchanges),
                 [this](const BindingTables &found) {
                     m_tables.insert(found);
                     restoreNext();
                 });
}

// The newest first, each to the front: so the oldest is served first.
void RedisRestore::restoreNext()
{
    while (m_next < m_page.size() && !hasEnough() && !m_isStopped) {
        if (!restore(m_page[m_next]))
            return; // something has to be read first
        ++m_next;
    }
    if (--m_open == 0)
        pageDone();
}

bool RedisRestore::restore(const Expired &expired)
{
    if (m_context.ledger.isOurs(expired.tag)) {
        stays(expired.score); // this very program holds it
        return true;
    }
    if (!expired.isRead && m_largeLeft.contains(expired.tag)) {
        leave(expired, Text::tr("it has %1 bytes").arg(expired.size));
        return true;
    }
    if (!expired.isRead) {
        readLarge();
        return false;
    }
    if (!expired.record) {
        leave(expired, Text::tr("its record is unreadable"));
        return true;
    }
    const QStringList queues = expired.record->queues(m_tables);
    if (queues.isEmpty())
        leave(expired,
              Text::tr("no queue is bound to exchange \"%1\" for the key \"%2\"")
                  .arg(expired.record->exchange, expired.record->routingKey));
    else
        give(expired, queues);
    return true;
}

void RedisRestore::readLarge()
{
    RecordOutline::ask(m_context.sender, m_context.keys.unacked(), m_page[m_next].tag,
                       [this](const Result<RecordOutline> &outline) { largeRead(outline); });
}

// One that has no outline comes as a whole, if this program reads so much.
void RedisRestore::largeRead(const Result<RecordOutline> &outline)
{
    Expired &expired = m_page[m_next];
    if (!outline)
        return failed(outline.error());
    if (outline->size() == 0) { // settled in between
        ++m_next;
        return restoreNext();
    }
    expired.isRead = true;
    expired.outline = *outline;
    expired.record = outline->record();
    if (expired.record)
        return readTables({expired.record->exchange});
    if (expired.size <= m_context.options.maximumElementBytes)
        return m_context.sender.send({"HGET", m_context.keys.unacked(), expired.tag},
                                     [this](const Result<RespValue> &reply) { wholeRead(reply); });
    leave(expired, Text::tr("its record of %1 bytes cannot be read").arg(expired.size));
    ++m_next;
    restoreNext();
}

void RedisRestore::wholeRead(const Result<RespValue> &reply)
{
    if (!reply && reply.error().kind() != Error::LimitExceeded)
        return failed(reply.error());
    m_page[m_next].record = UnackedRecord::read(reply ? reply->text : QByteArray());
    const auto &record = m_page[m_next].record;
    readTables(record ? QStringList(record->exchange) : QStringList());
}

void RedisRestore::give(const Expired &expired, const QStringList &queues)
{
    ++m_open;
    ++m_given;
    RestoreCall{expired.tag, expired.score, *expired.record, expired.outline}.send(
        m_context.sender, m_context.keys, queues,
        [this, index = m_next, queues](const Result<RespValue> &reply) {
            given(m_page[index], queues, reply);
        });
}

void RedisRestore::given(const Expired &expired, const QStringList &queues,
                         const Result<RespValue> &reply)
{
    if (!reply) {
        --m_given;
        if (reply.error().isRecoverable())
            m_refusal = reply.error();
        else
            leave(expired, reply.error().text());
    } else if (reply->integer == 1) {
        m_report.restored(queues);
    } // else somebody was faster
    if (--m_open == 0)
        pageDone();
}

void RedisRestore::leave(const Expired &expired, const QString &why)
{
    if (expired.size > LargeBytes && m_largeLeft.size() < MostLargeLeft)
        m_largeLeft.insert(expired.tag);
    m_report.left(expired.tag, why);
    stays(expired.score);
}

void RedisRestore::stays(const QByteArray &score)
{
    if (score == m_pageEnd)
        ++m_stay;
}

void RedisRestore::pageDone()
{
    if (m_refusal.isError())
        return failed(std::exchange(m_refusal, {}));
    m_skip = m_stay + (m_pageEnd == m_highest ? m_skip : 0);
    if (!m_pageEnd.isEmpty())
        m_highest = m_pageEnd;
    if (!m_hasMore || hasEnough())
        endSweep(true);
    else
        readPage();
}

// For now, or for good: then it is told. The next sweep begins anew.
void RedisRestore::failed(const Error &error)
{
    if (error.isError() && !error.isRecoverable())
        m_trouble.happened(error, m_context.host);
    m_nextTime.clear();
    m_highest.clear();
    endSweep(false);
}

void RedisRestore::endSweep(bool isRound)
{
    m_isSweeping = false;
    m_page.clear();
    m_tables.clear();
    m_time = std::exchange(m_nextTime, {});
    if (isRound)
        m_highest.clear();
    m_report.tell(m_context.host, isRound);
    later(interval());
}

} // namespace Qombu::Redis
