// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/recovery/heldreturn.h"

#include "transports/redis/browsing/redisscan.h"
#include "transports/redis/consuming/redisholder.h"
#include "transports/redis/consuming/redisledger.h"
#include "transports/redis/consuming/restorecall.h"
#include "transports/redis/wire/redistext.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr qint64 WholeHeldRecord = 1 << 20; // of larger ones the body stays on the server
constexpr std::size_t MostHeld = 100000; // by one holder, that are returned at once
constexpr int MostLooks = 3;

Error notSafe(const QString &text)
{
    return Error(Error::Channel, text).withReplyCode(406);
}

} // namespace

HeldReturn::HeldReturn(const RedisContext &context, const Wish &wish, Done<qint64> &&done)
    : m_context(context)
    , m_wish(wish)
    , m_done(std::move(done))
{
}

void HeldReturn::start(const RedisContext &context, const Wish &wish, Done<qint64> done)
{
    const std::shared_ptr<HeldReturn> self(new HeldReturn(context, wish, std::move(done)));
    self->look();
}

void HeldReturn::look()
{
    ++m_looks;
    m_faster = 0;
    m_scores.clear();
    m_context.sender.send({"TIME"}, [self = shared_from_this()](const Result<RespValue> &reply) {
        self->m_now = timeIn(reply);
    });
    if (m_wish.isHolder)
        return findTags();
    m_context.sender.send({"ZSCORE", m_context.keys.unackedIndex(), m_wish.name},
                          [self = shared_from_this()](const Result<RespValue> &reply) {
                              if (!reply)
                                  return self->failed(reply.error());
                              if (!reply->isNil())
                                  self->m_scores.emplace(self->m_wish.name, reply->text);
                              self->found(true);
                          });
}

void HeldReturn::findTags()
{
    const QByteArray pattern = RedisKeys::escapeGlob(m_wish.name) + ".*";
    Scan::start(
        m_context.sender, {{"ZSCAN", m_context.keys.unackedIndex()}},
        {"MATCH", pattern, "COUNT", "500"},
        [self = shared_from_this()](std::size_t, std::vector<RespValue> &&found) {
            for (std::size_t i = 0; i + 1 < found.size(); i += 2) {
                if (RedisHolder::nameIn(found[i].text) == self->m_wish.name)
                    self->m_scores[found[i].text] = found[i + 1].text;
            }
            return self->m_scores.size() < MostHeld;
        },
        [self = shared_from_this()](const Result<bool> &complete) {
            if (complete)
                self->found(*complete);
            else
                self->failed(complete.error());
        });
}

// The newest first, each to the front: so the oldest is served first.
void HeldReturn::found(bool isComplete)
{
    m_hasAll = isComplete;
    m_held.clear();
    for (const auto &[tag, score] : m_scores) {
        if (m_stays.count(tag) == 0)
            m_held.push_back({tag, score});
    }
    for (const Held &held : m_held) {
        const Error error = m_wish.isForced ? Error() : refusal(held);
        if (error.isError())
            return failed(error);
    }
    std::stable_sort(m_held.begin(), m_held.end(), [](const Held &a, const Held &b) {
        return a.score.toDouble() < b.score.toDouble(); // then by tag: in the order of claiming
    });
    nextPage();
}

Error HeldReturn::refusal(const Held &held) const
{
    const auto holder = RedisHolder::of(held.tag, held.score, m_now, m_context.options);
    const QString tag = QString::fromUtf8(held.tag);
    if (holder.name.isEmpty())
        return notSafe(
            Text::tr("Message '%1' is held by a program that does not tell whether it lives, such "
                     "as Kombu: if it does, the message is worked on twice. Only force returns it")
                .arg(tag));
    if (m_context.ledger.isOurs(held.tag))
        return notSafe(
            Text::tr("Message '%1' is held by this very connection: settle it").arg(tag));
    if (holder.state == HolderState::Unknown)
        return notSafe(
            Text::tr("Whether the holder of message '%1' lives cannot be said, because the server "
                     "does not tell its time: grant +time")
                .arg(tag));
    if (holder.state == HolderState::Alive)
        return notSafe(
            Text::tr("The holder %1 lives: it renewed the lease of message '%2' %3 s ago. End it "
                     "and try again in a minute, or use force: then the message may be worked on "
                     "twice")
                .arg(QString::fromUtf8(holder.name), tag)
                .arg(std::max(0.0, holder.renewedBefore), 0, 'f', 0));
    return {};
}

void HeldReturn::nextPage()
{
    const bool isLarge = m_held.empty();
    auto &from = isLarge ? m_large : m_held;
    if (from.empty())
        return finish();
    const auto count = isLarge ? 1 : std::min(from.size(), std::size_t(m_page.size()));
    const std::vector<Held> page(from.rbegin(), from.rbegin() + std::ptrdiff_t(count));
    from.resize(from.size() - count);
    std::vector<QByteArray> tags;
    for (const Held &held : page)
        tags.push_back(held.tag);
    readHeldRecords(m_context.sender, m_context.keys.unacked(), std::move(tags),
                    isLarge ? m_context.options.maximumElementBytes : WholeHeldRecord,
                    [self = shared_from_this(), page, isLarge](const auto &records) {
                        if (!records)
                            self->failed(records.error());
                        else
                            self->recordsRead(page, *records, isLarge);
                    });
}

// Records of Kombu name an exchange: its bindings say where the message belongs.
void HeldReturn::recordsRead(const std::vector<Held> &page, const std::vector<HeldRecord> &records,
                             bool isLarge)
{
    std::vector<Readable> readable;
    QStringList exchanges;
    for (std::size_t i = 0; i < page.size(); ++i) {
        const HeldRecord &record = records[i];
        m_page.saw(record.text.size());
        const bool isTooLarge = record.size > m_context.options.maximumElementBytes;
        if (const auto read = record.read()) {
            exchanges.append(read->exchange);
            readable.push_back({page[i], *read, record.outline});
        } else if (record.size > 0 && record.text.isEmpty() && !isLarge && !isTooLarge) {
            m_large.push_back(page[i]);
        } else if (record.size > 0) {
            m_stays[page[i].tag] =
                Text::tr("its record of %1 bytes cannot be read").arg(record.size);
        }
    }
    readBindings(m_context.sender, m_context.options, exchanges,
                 [self = shared_from_this(), readable](const BindingTables &tables) {
                     self->give(readable, tables);
                 });
}

void HeldReturn::give(const std::vector<Readable> &readable, const BindingTables &tables)
{
    m_open = 1; // this page
    for (const auto &[held, record, outline] : readable) {
        const QStringList queues = record.queues(tables);
        if (queues.isEmpty()) {
            m_stays[held.tag] = Text::tr("no queue is bound to exchange '%1' for the key '%2'")
                                    .arg(record.exchange, record.routingKey);
            continue;
        }
        ++m_open;
        RestoreCall{held.tag, held.score, record, outline}.send(
            m_context.sender, m_context.keys, queues,
            [self = shared_from_this(), tag = held.tag](const Result<RespValue> &reply) {
                self->given(tag, reply);
            });
    }
    answered();
}

void HeldReturn::given(const QByteArray &tag, const Result<RespValue> &reply)
{
    if (!reply)
        m_stays[tag] = reply.error().text();
    else if (reply->integer == 1)
        ++m_returned;
    else
        ++m_faster;
    answered();
}

void HeldReturn::answered()
{
    if (--m_open == 0)
        nextPage();
}

void HeldReturn::finish()
{
    if (m_faster > 0 && m_looks < MostLooks)
        return look();
    if (!m_stays.empty())
        return failed(
            Error(Error::Channel,
                  Text::tr("Message '%1' stays where it is: %2")
                      .arg(QString::fromUtf8(m_stays.begin()->first), m_stays.begin()->second)));
    if (m_faster > 0)
        return failed(
            notSafe(Text::tr("The holder renews its leases all the time: it lives. Try again")));
    if (!m_hasAll)
        return failed(Error(Error::LimitExceeded,
                            Text::tr("There are more than are looked at at once: try again")));
    if (m_returned > 0)
        return m_done(m_returned);
    const QString text = m_wish.isHolder ? Text::tr("Nothing is held by '%1'")
                                         : Text::tr("No message is held under the tag '%1'");
    m_done(Error(Error::NotFound, text.arg(QString::fromUtf8(m_wish.name))).withReplyCode(404));
}

void HeldReturn::failed(const Error &error)
{
    if (m_returned == 0)
        return m_done(error);
    m_done(
        Error(
            error.kind(),
            Text::tr("%1 messages were returned, others not: %2").arg(m_returned).arg(error.text()))
            .withReplyCode(error.replyCode())
            .withRecoverable(error.isRecoverable()));
}

} // namespace Qombu::Redis
