// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisquarantine.h"

#include "transports/redis/consuming/redisledger.h"
#include "transports/redis/redisscripts.h"
#include "transports/redis/wire/redistext.h"
#include "virtual/envelope/envelope.h"

#include <algorithm>

namespace Qombu::Redis {

RedisQuarantine::RedisQuarantine(const RedisContext &context, std::function<void()> refused)
    : m_context(context)
    , m_tellRefused(std::move(refused))
{
}

void RedisQuarantine::take(const ClaimResult &result)
{
    for (const ClaimResult::Junk &junk : result.junk) {
        tell(junk);
    }
    for (const ClaimResult::Stuck &stuck : result.stuck)
        m_stuck.insert(stuck.queue, why(stuck));
    for (const Element &element : result.unreadable) {
        if (element.delivery != 0)
            m_context.ledger.say(element.delivery, Settlement::Requeue);
        put(element);
    }
}

Error RedisQuarantine::verdict(const QString &queue, const ClaimResult &result,
                               const JunkRows &rows) const
{
    const auto isOfQueue = [&queue](const auto &element) { return element.queue == queue; };
    const bool hasMet = std::any_of(result.stuck.begin(), result.stuck.end(), isOfQueue)
        || std::any_of(result.unreadable.begin(), result.unreadable.end(), isOfQueue);
    const Error why = hasMet ? m_stuck.value(queue) : Error();
    return why.isError() ? why : rows.verdict(queue, m_context.keys);
}

void RedisQuarantine::tell(const ClaimResult::Junk &junk)
{
    BrokerNotice notice = makeNotice(
        BrokerNotice::Quarantine,
        Text::tr("Elements of queue \"%1\" are no messages, and were put away").arg(junk.queue),
        junk.first, junk.queue);
    notice.count = junk.count;
    m_context.host.notice(notice);
}

// The bytes stay as they are: whoever looks into the quarantine wants to see what was wrong.
void RedisQuarantine::put(const Element &element)
{
    const RedisKeys &keys = m_context.keys;
    const int bucket = keys.bucket(Envelope::priorityOf(element.bytes));
    ++m_underWay;
    m_context.sender.run(Scripts::all().quarantine,
                         {keys.unacked(), keys.unackedIndex(), keys.quarantine(element.queue),
                          keys.list(element.queue, bucket)},
                         {element.delivery ? m_context.ledger.tag(element.delivery) : QByteArray(),
                          element.bytes, m_context.options.quarantineLimit},
                         [this, element](const Result<RespValue> &reply) {
                             --m_underWay;
                             answered(element, reply);
                         });
}

void RedisQuarantine::answered(const Element &element, const Result<RespValue> &reply)
{
    if (!reply && reply.error().isRecoverable()) {
        m_refused.push_back(element);
        m_tellRefused();
        return;
    }
    if (!reply) {
        const bool isHeld = element.delivery != 0;
        m_context.host.notice(makeNotice(isHeld ? BrokerNotice::Unsettled : BrokerNotice::Lost,
                                         reply.error().text(), reply.error(), element.queue));
        m_stuck.insert(element.queue, refused(element.queue, reply.error().text()));
    } else if (reply->integer == 0) {
        m_stuck.insert(element.queue, full(element.queue));
    }
    if (element.delivery != 0)
        m_context.ledger.remove({element.delivery});
}

void RedisQuarantine::flush()
{
    for (const Element &element : std::exchange(m_refused, {}))
        put(element);
}

std::size_t RedisQuarantine::unrecorded() const
{
    return std::size_t(std::count_if(m_refused.begin(), m_refused.end(),
                                     [](const Element &element) { return element.delivery == 0; }));
}

Error RedisQuarantine::why(const ClaimResult::Stuck &stuck) const
{
    if (stuck.foreign > 0)
        return Error(Error::Decode,
                     Text::tr("\"%1\" is no Kombu queue: of the elements that come next none is a "
                              "message (%2 were looked at). Nothing was changed")
                         .arg(stuck.queue, QString::number(stuck.foreign)))
            .withRecoverable(false);
    return stuck.refusal.isEmpty() ? full(stuck.queue) : refused(stuck.queue, stuck.refusal);
}

Error RedisQuarantine::full(const QString &queue) const
{
    return Error(Error::LimitExceeded,
                 Text::tr("The next element of queue \"%1\" is no message, and \"%2\" is full (%3 "
                          "elements): it stays where it is, and so does what is behind it. Look "
                          "with \"qombu quarantine %1\", make room with \"qombu drop-quarantined "
                          "%1 --all\" or raise quarantine_limit, and consume again")
                     .arg(queue, QString::fromUtf8(m_context.keys.quarantine(queue)))
                     .arg(m_context.options.quarantineLimit))
        .withRecoverable(false);
}

Error RedisQuarantine::refused(const QString &queue, const QString &why) const
{
    return Error(
               Error::Channel,
               Text::tr("The next element of queue \"%1\" is no message, and could not be moved to "
                        "\"%2\" (%3): it stays where it is, and so does what is behind it")
                   .arg(queue, QString::fromUtf8(m_context.keys.quarantine(queue)), why))
        .withRecoverable(false);
}

} // namespace Qombu::Redis
