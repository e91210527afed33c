// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisrestore.h"

#include "transports/redis/redisscripts.h"
#include "transports/redis/wire/redistext.h"
#include "virtual/envelope/envelope.h"

#include <algorithm>
#include <limits>

namespace Qombu::Redis {

namespace {

constexpr int PageSize = 100;
constexpr qint64 PageBytes = 8 << 20;
constexpr qsizetype MaximumReported = 10000; // then it is told again

} // namespace

RedisRestore::RedisRestore(const RedisContext &context)
    : m_context(context)
{
}

// At once: what a killed consumer left may be due already.
void RedisRestore::start()
{
    if (!m_isSweeping && !m_isStopped)
        m_timer = m_context.hub->callLater(std::chrono::nanoseconds(0), [this] { sweep(); });
}

void RedisRestore::stop()
{
    m_isStopped = true;
    m_timer.cancel();
}

// Between three and five quarters of the interval, so that programs do not sweep in step.
void RedisRestore::later()
{
    if (m_isStopped)
        return;
    const std::chrono::nanoseconds interval = m_context.options.restoreInterval;
    const auto jitter =
        m_context.hub->random() % quint64(std::max<qint64>(1, interval.count() / 2));
    m_timer = m_context.hub->callLater(interval * 3 / 4 + std::chrono::nanoseconds(jitter),
                                       [this] { sweep(); });
}

void RedisRestore::sweep()
{
    m_isSweeping = true;
    m_left = 0;
    m_seen = 0;
    m_tables.clear();
    readPage();
}

void RedisRestore::readPage()
{
    const int limit = m_context.options.restoreLimit.value_or(std::numeric_limits<int>::max());
    const int count = std::min(PageSize, limit - m_seen);
    if (count <= 0 || m_isStopped)
        return endSweep();
    const auto age = std::chrono::duration<double>(m_context.options.visibilityTimeout).count();
    m_context.sender.run(Scripts::all().expired,
                         {m_context.keys.unacked(), m_context.keys.unackedIndex()},
                         {QByteArray::number(age, 'f', 6), m_left, count, PageBytes},
                         [this](const Result<RespValue> &reply) { pageRead(reply); });
}

void RedisRestore::pageRead(const Result<RespValue> &reply)
{
    m_page.clear();
    if (!reply) {
        if (!reply.error().isRecoverable())
            tell(reply.error().text(), reply.error());
        return endSweep();
    }
    if (reply->items.size() != 2)
        return endSweep();
    m_hasMore = reply->items[0].integer == 1;
    const auto &items = reply->items[1].items;
    for (std::size_t i = 0; i + 2 < items.size(); i += 3)
        m_page.push_back(
            {items[i].text, items[i + 1].text, UnackedRecord::read(items[i + 2].text)});
    m_seen += int(m_page.size());
    if (m_page.empty())
        return pageDone(); // of a whole page nothing but the index was left
    readTables();
}

// Records of Kombu name an exchange: its bindings say where the message belongs.
void RedisRestore::readTables()
{
    QStringList exchanges;
    for (const Expired &expired : m_page) {
        if (expired.record && !m_tables.contains(expired.record->exchange))
            exchanges.append(expired.record->exchange);
    }
    readBindings(m_context.sender, m_context.options, exchanges,
                 [this](const BindingTables &found) {
                     m_tables.insert(found);
                     restorePage();
                 });
}

// The newest first, each to the front: so the oldest is served first.
void RedisRestore::restorePage()
{
    m_open = 1;
    for (auto expired = m_page.rbegin(); expired != m_page.rend(); ++expired) {
        const QStringList queues =
            expired->record ? expired->record->queues(m_tables) : QStringList();
        if (!expired->record)
            leave(*expired, Text::tr("its record is unreadable"));
        else if (queues.isEmpty())
            leave(*expired,
                  Text::tr("no queue is bound to exchange '%1' for the key '%2'")
                      .arg(expired->record->exchange, expired->record->routingKey));
        else
            restore(*expired, queues);
    }
    if (--m_open == 0)
        pageDone();
}

void RedisRestore::restore(const Expired &expired, const QStringList &queues)
{
    const QByteArray &envelope = expired.record->envelope;
    const int bucket = m_context.keys.bucket(Envelope::priorityOf(envelope));
    RespCommand keys{m_context.keys.unacked(), m_context.keys.unackedIndex()};
    for (const QString &queue : queues)
        keys.add(m_context.keys.list(queue, bucket));
    RespCommand arguments{expired.tag, expired.score, Envelope::markRedelivered(envelope)};
    ++m_open;
    m_context.sender.run(Scripts::all().restore, std::move(keys), std::move(arguments),
                         [this](const Result<RespValue> &reply) {
                             if (!reply)
                                 ++m_left; // it stays; the next sweep tries again
                             if (--m_open == 0)
                                 pageDone();
                         });
}

void RedisRestore::leave(const Expired &expired, const QString &why)
{
    ++m_left;
    if (m_reported.size() >= MaximumReported)
        m_reported.clear();
    if (m_reported.contains(expired.tag))
        return;
    m_reported.insert(expired.tag);
    tell(Text::tr("The unacknowledged message '%1' cannot be given back: %2. It stays where it is.")
             .arg(QString::fromUtf8(expired.tag), why));
}

void RedisRestore::tell(const QString &text, const Error &error)
{
    m_context.host.notice(makeNotice(
        error.isError() ? BrokerNotice::Permission : BrokerNotice::Information, text, error));
}

void RedisRestore::pageDone()
{
    if (!m_hasMore)
        return endSweep();
    readPage();
}

void RedisRestore::endSweep()
{
    m_isSweeping = false;
    m_page.clear();
    m_tables.clear();
    later();
}

} // namespace Qombu::Redis
