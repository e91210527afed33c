// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisclaim.h"

#include "transports/redis/consuming/redisledger.h"
#include "transports/redis/consuming/redisrecord.h"
#include "transports/redis/redisscripts.h"
#include "transports/redis/wire/redistext.h"
#include "virtual/envelope/envelope.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

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

// The elements, read strictly; their records are to be held.
std::vector<RedisLedger::Record> readElements(std::vector<RespValue> &elements, const Claim &claim,
                                              Hub::TimePoint now, ClaimResult &result)
{
    std::vector<RedisLedger::Record> records;
    records.reserve(claim.noAck ? 0 : elements.size() / 2);
    result.messages.reserve(elements.size() / 2);
    for (std::size_t i = 0; i + 1 < elements.size(); i += 2) {
        const QString &queue = claim.target->queue(elements[i].integer);
        QByteArray &bytes = elements[i + 1].text;
        result.heaviest = std::max<qint64>(result.heaviest, bytes.size());
        const quint64 delivery = claim.noAck ? 0 : claim.first + i / 2;
        if (Result<MessageContent> content = Envelope::decode(bytes)) {
            IncomingMessage &message = result.messages.emplace_back();
            message.delivery = delivery;
            message.queue = queue;
            if (content->deliveryTag.isEmpty())
                content->deliveryTag = QString::number(delivery);
            message.content = std::make_shared<const MessageContent>(std::move(*content));
            if (claim.noAck)
                message.wire = std::move(bytes);
        } else {
            result.unreadable.push_back({queue, delivery, bytes, content.error()});
        }
        if (!claim.noAck)
            records.push_back({queue, std::move(bytes), now});
    }
    return records;
}

} // namespace

// Sources are numbered from 1: every queue's bucket 0, then every queue's next bucket …: priority
// goes before the order of queues.
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

void Claim::takeNumbers(const RedisContext &context)
{
    if (noAck)
        return;
    first = context.numbers.take(messages);
    context.ledger.expect(first, messages);
}

void Claim::send(const RedisContext &context, CommandSender::Reply done) const
{
    const RedisOptions &options = context.options;
    RespCommand arguments{messages,
                          bytes,
                          noAck ? QByteArray() : context.ledger.prefix(),
                          first,
                          options.maximumElementBytes,
                          options.quarantineLimit};
    arguments.addAll(target->sources());
    context.sender.run(Scripts::all().claim, target->keys(), std::move(arguments), std::move(done));
}

Result<ClaimResult> Claim::read(Result<RespValue> &&reply, quint64 consumer,
                                const RedisContext &context) const
{
    if (reply && !isReply(*reply))
        reply = Error(Error::Protocol, Text::tr("Redis answered a claim with something else"));
    if (!reply) {
        // Refused: nothing was taken. A lost link or answer leaves it open: the ledger remembers.
        const Error::Kind kind = reply.error().kind();
        const bool isOpen = kind == Error::Connection || kind == Error::Timeout
            || kind == Error::LimitExceeded || kind == Error::Protocol;
        if (!noAck && !isOpen)
            context.ledger.arrived(first, consumer, {});
        return reply.error();
    }
    ClaimResult result;
    result.isDrained = reply->items[0].integer == 1;
    readQuarantined(reply->items[1], *target, result);
    auto records = readElements(reply->items[2].items, *this, context.hub->now(), result);
    if (!noAck)
        context.ledger.arrived(first, consumer, std::move(records));
    return result;
}

} // namespace Qombu::Redis
