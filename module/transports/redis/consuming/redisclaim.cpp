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

constexpr int MaximumJunk = 100; // elements a claim that are no messages
constexpr qint64 MaximumJunkBytes = 1 << 20; // the last one may go beyond it

bool isReply(const RespValue &reply)
{
    const auto isList = [&reply](std::size_t i, std::size_t width) {
        return reply.items[i].type == RespValue::Array && reply.items[i].items.size() % width == 0;
    };
    return reply.type == RespValue::Array && (reply.items.size() == 3 || reply.items.size() == 4)
        && isList(1, 3) && isList(2, 2) && (reply.items.size() == 3 || isList(3, 2));
}

// Reads what a claim brought in the order in which it was in the queues.
class ClaimReader
{
public:
    ClaimReader(const Claim &claim, const RedisContext &context)
        : m_claim(claim)
        , m_context(context)
    {
    }

    ClaimResult read(RespValue &&reply);
    std::vector<RedisLedger::Record> records; // to be held, of all that was taken

private:
    const QString &queue(const RespValue &source) const
    {
        return m_claim.target->queue(source.integer);
    }
    void readElement(std::size_t index, const QString &queue, QByteArray &bytes);
    void readPutAway(const QString &queue, qint64 bytes);
    void addJunk(const QString &queue, const Error &why);
    void addMessage(const QString &queue);
    ClaimResult::Junk *junkOf(const QString &queue);
    bool hasMessageOf(const QString &queue) const;

    const Claim &m_claim;
    const RedisContext &m_context;
    ClaimResult m_result;
};

ClaimResult ClaimReader::read(RespValue &&reply)
{
    const auto &away = reply.items[1].items;
    auto &elements = reply.items[2].items;
    records.reserve(m_claim.noAck ? 0 : elements.size() / 2);
    m_result.messages.reserve(elements.size() / 2);
    std::size_t next = 0; // of those put away
    for (std::size_t i = 0; i <= elements.size() / 2; ++i) {
        for (; next < away.size() && away[next + 1].integer <= qint64(i); next += 3)
            readPutAway(queue(away[next]), away[next + 2].integer);
        if (2 * i < elements.size())
            readElement(i, queue(elements[2 * i]), elements[2 * i + 1].text);
    }
    const auto stuck = reply.items.size() > 3 ? reply.items[3].items : std::vector<RespValue>();
    for (std::size_t i = 0; i < stuck.size(); i += 2)
        m_result.stuck.push_back(
            {queue(stuck[i]), QString::fromUtf8(stuck[i + 1].text), stuck[i + 1].integer});
    const RespValue &armed = reply.items[0];
    if (armed.type != RespValue::Integer)
        m_result.untold = QString::fromUtf8(armed.text);
    m_result.isDrained = armed.type != RespValue::Integer || armed.integer == 1;
    return std::move(m_result);
}

void ClaimReader::readElement(std::size_t index, const QString &queue, QByteArray &bytes)
{
    m_result.heaviest = std::max<qint64>(m_result.heaviest, bytes.size());
    const quint64 delivery = m_claim.noAck ? 0 : m_claim.first + index;
    if (Result<MessageContent> content = Envelope::decode(bytes)) {
        IncomingMessage &message = m_result.messages.emplace_back();
        message.delivery = delivery;
        message.queue = queue;
        if (content->deliveryTag.isEmpty())
            content->deliveryTag = QString::number(delivery);
        message.content = std::make_shared<const MessageContent>(std::move(*content));
        if (m_claim.noAck)
            message.wire = std::move(bytes);
        addMessage(queue);
    } else {
        m_result.unreadable.push_back({queue, delivery, bytes, content.error()});
        addJunk(queue, content.error());
    }
    if (!m_claim.noAck)
        records.push_back({queue,
                           std::move(bytes),
                           m_context.hub->now(),
                           {},
                           m_context.declared.deadLetterQueues.value(queue)});
}

void ClaimReader::readPutAway(const QString &queue, qint64 bytes)
{
    const qint64 most = m_context.options.maximumElementBytes;
    addJunk(
        queue,
        bytes <= most
            ? Error(Error::Decode, Text::tr("An element of queue \"%1\" is no message").arg(queue))
            : Error(Error::LimitExceeded,
                    Text::tr("An element of queue \"%1\" has %2 bytes; the limit is %3")
                        .arg(queue, QString::number(bytes), QString::number(most))));
}

ClaimResult::Junk *ClaimReader::junkOf(const QString &queue)
{
    for (ClaimResult::Junk &junk : m_result.junk) {
        if (junk.queue == queue)
            return &junk;
    }
    return nullptr;
}

bool ClaimReader::hasMessageOf(const QString &queue) const
{
    return std::any_of(m_result.messages.begin(), m_result.messages.end(),
                       [&](const IncomingMessage &message) { return message.queue == queue; });
}

void ClaimReader::addJunk(const QString &queue, const Error &why)
{
    ClaimResult::Junk *junk = junkOf(queue);
    if (!junk)
        junk =
            &m_result.junk.emplace_back(ClaimResult::Junk{queue, 0, 0, !hasMessageOf(queue), why});
    ++junk->count;
    ++junk->inARow;
}

void ClaimReader::addMessage(const QString &queue)
{
    if (ClaimResult::Junk *junk = junkOf(queue)) {
        junk->inARow = 0;
        junk->isWhole = false;
    }
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
                          options.quarantineLimit,
                          MaximumJunk,
                          MaximumJunkBytes};
    arguments.addAll(target->sources());
    if (isNew)
        arguments.add("new");
    context.sender.run(Scripts::all().claim, target->keys(), std::move(arguments), std::move(done));
}

Result<ClaimResult> Claim::read(Result<RespValue> &&reply, quint64 consumer,
                                const RedisContext &context) const
{
    if (reply && !isReply(*reply))
        reply = Error(Error::Protocol, Text::tr("Redis answered a claim with something else"));
    if (!reply) {
        if (!noAck && !mayHaveTaken(reply.error(), context))
            context.ledger.arrived(first, consumer, {});
        return reply.error();
    }
    ClaimReader reader(*this, context);
    ClaimResult result = reader.read(std::move(*reply));
    if (!noAck)
        context.ledger.arrived(first, consumer, std::move(reader.records));
    return result;
}

// An error that the server says means that nothing was taken, unless the script itself broke off. A
// lost link or answer leaves it open.
bool Claim::mayHaveTaken(const Error &error, const RedisContext &context) const
{
    return context.sender.hasFailed() || error.kind() == Error::LimitExceeded
        || error.kind() == Error::Protocol;
}

} // namespace Qombu::Redis
