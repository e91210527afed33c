// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisclaim.h"

#include "transports/redis/consuming/redisrecord.h"
#include "transports/redis/redisscripts.h"
#include "virtual/envelope/envelope.h"

#include <QCoreApplication>

namespace Qombu::Redis {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Redis::RedisClaim)
};

RespCommand arguments(const Claim &claim, const RedisContext &context, qint64 first)
{
    RespCommand command = claim.target.keys();
    command.add(qint64(claim.messages)).add(claim.bytes);
    command.add(claim.noAck ? QByteArray() : context.ledger.prefix()).add(first);
    command.add(context.options.maximumElementBytes);
    command.add(qint64(context.options.quarantineLimit)).addAll(claim.target.sources());
    return command;
}

bool isReply(const RespValue &reply)
{
    return reply.type == RespValue::Array && reply.items.size() == 3
        && reply.items[2].items.size() % 2 == 0;
}

void readQuarantined(const RespValue &bad, const ClaimTarget &target, ClaimResult &result)
{
    for (const RespValue &source : bad.items) {
        const QString &queue = target.queue(qAbs(source.integer));
        const Error why = source.integer > 0
            ? Error(Error::Decode, Text::tr("An element of queue '%1' is no message").arg(queue))
            : Error(Error::LimitExceeded,
                    Text::tr("An element of queue '%1' is larger than the limit").arg(queue));
        result.quarantined.push_back({queue, why});
    }
}

// The elements, read strictly; those of a recorded claim are held from now on.
void readElements(std::vector<RespValue> &elements, const Claim &claim, const RedisContext &context,
                  qint64 first, ClaimResult &result)
{
    std::vector<RedisLedger::Held> held;
    result.deliveries.reserve(elements.size() / 2);
    for (std::size_t i = 0; i + 1 < elements.size(); i += 2) {
        const QString &queue = claim.target.queue(elements[i].integer);
        QByteArray &bytes = elements[i + 1].text;
        const QByteArray tag =
            claim.noAck ? QByteArray() : context.ledger.tag(first + qint64(i / 2));
        Result<MessageContent> content = Envelope::decode(bytes);
        if (content) {
            result.deliveries.push_back({tag, queue, std::move(*content), bytes.size()});
            if (claim.noAck)
                result.unrecorded.push_back(bytes);
        } else {
            result.unreadable.push_back({queue, tag, bytes, content.error()});
        }
        if (!claim.noAck)
            held.push_back({queue, std::move(bytes), context.hub->now(), std::nullopt});
    }
    if (!claim.noAck)
        context.ledger.arrived(first, std::move(held));
}

} // namespace

// Sources are numbered from 1: every queue's bucket 0, then every queue's next bucket …
// (kombu-wire §5.7).
ClaimTarget::ClaimTarget(const QStringList &queues, const RedisKeys &keys)
    : m_queues(queues)
    , m_keys{keys.unacked(), keys.unackedIndex()}
{
    for (const int bucket : keys.buckets()) {
        for (const QString &queue : queues)
            m_keys.add(keys.list(queue, bucket));
    }
    for (const QString &queue : queues)
        m_keys.add(keys.quarantine(queue));
    const qint64 sources = queues.size() * qint64(keys.buckets().size());
    m_sources.add(sources);
    for (qint64 source = 0; source < sources; ++source)
        m_sources.add(source % queues.size() + 1);
    for (const QString &queue : queues)
        m_sources.add(jsonString(queue));
}

const QString &ClaimTarget::queue(qint64 source) const
{
    return m_queues.at((source - 1) % m_queues.size());
}

void Claim::send(const RedisContext &context, std::function<void(Result<ClaimResult>)> done) const
{
    const qint64 first = noAck ? 0 : context.ledger.expect(messages);
    context.sender.run(
        Scripts::claim(), target.keyCount(), arguments(*this, context, first),
        [claim = *this, context, first, done = std::move(done)](Result<RespValue> reply) {
            if (reply && !isReply(*reply))
                reply =
                    Error(Error::Protocol, Text::tr("Redis answered a claim with something else"));
            if (!reply) {
                // Refused: nothing was taken. A lost link leaves it open: the ledger remembers.
                const Error::Kind kind = reply.error().kind();
                if (!claim.noAck && kind != Error::Connection && kind != Error::Timeout)
                    context.ledger.arrived(first, {});
                return done(reply.error());
            }
            ClaimResult result;
            result.isDrained = reply->items[0].integer == 1;
            readQuarantined(reply->items[1], claim.target, result);
            readElements(reply->items[2].items, claim, context, first, result);
            done(std::move(result));
        });
}

} // namespace Qombu::Redis
