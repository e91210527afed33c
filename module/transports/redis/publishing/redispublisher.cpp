// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/publishing/redispublisher.h"

#include "core/logging_p.h"
#include "transports/redis/publishing/redispublishscript.h"
#include "virtual/envelope/envelope.h"

#include <QCoreApplication>

#include <algorithm>

namespace Qombu::Redis {
namespace {

constexpr int routingAttempts = 20;
constexpr std::size_t cachedExchanges = 1000;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Redis::RedisPublisher)
};

std::vector<QByteArray> textsOf(const RespValue &value)
{
    std::vector<QByteArray> result;
    result.reserve(value.items.size());
    for (const RespValue &item : value.items)
        result.push_back(item.text);
    return result;
}

} // namespace

RedisPublisher::RedisPublisher(CommandSender &sender, const RedisOptions &options, Random random,
                               Outcomes published)
    : m_sender(sender)
    , m_options(options)
    , m_keys(options)
    , m_random(std::move(random))
    , m_published(std::move(published))
{
}

void RedisPublisher::publish(std::vector<StorePublish> &&messages)
{
    for (StorePublish &message : messages)
        m_waiting.push_back({std::move(message), 0});
    pump();
}

// Sends what may be sent. A reply may come while it is at it: that only adds to the queue.
void RedisPublisher::pump()
{
    if (m_pumping)
        return;
    m_pumping = true;
    while (m_holding == 0 && !m_waiting.empty())
        sendNext();
    m_pumping = false;
    flushSettled();
}

void RedisPublisher::sendNext()
{
    const StorePublish &next = m_waiting.front().message;
    if (next.content.exchange.isEmpty())
        return sendToList();
    switch (typeOf(next)) {
    case ExchangeType::Fanout:
        return sendBroadcast();
    case ExchangeType::Headers:
        settle(next.id, Error(Error::Unsupported, Text::tr("Redis has no headers exchanges")));
        m_waiting.pop_front();
        return;
    default:
        break;
    }
    const auto exchange = stateOf(next.content.exchange);
    if (exchange->second.table)
        sendRouted(exchange);
    else
        readBindings(exchange);
}

// The default exchange: a run of messages to one list is one LPUSH.
void RedisPublisher::sendToList()
{
    RespCommand command;
    std::vector<quint64> ids;
    ids.reserve(std::min<std::size_t>(m_waiting.size(), copiesPerCommand));
    QByteArray list;
    while (!m_waiting.empty()) {
        const StorePublish &message = m_waiting.front().message;
        if (!message.content.exchange.isEmpty())
            break;
        if (!m_keys.isQueueName(message.content.routingKey)) {
            settle(message.id,
                   Error(Error::Unroutable,
                         Text::tr("\"%1\" cannot be the name of a queue")
                             .arg(message.content.routingKey)));
            m_waiting.pop_front();
            continue;
        }
        const QByteArray &target = listOf(message.content.routingKey, message.content.priority);
        const bool full = ids.size() == copiesPerCommand || command.size() >= bytesPerCommand;
        if (!ids.empty() && (full || target != list))
            break;
        if (encode(message)) {
            if (ids.empty()) {
                list = target;
                command.reserve(
                    std::min(bytesPerCommand, m_payload.size() * qsizetype(m_waiting.size()))
                    + m_payload.size() + 256);
                command.add("LPUSH").add(list);
            }
            command.add(m_payload);
            ids.push_back(message.id);
        }
        m_waiting.pop_front();
    }
    if (ids.empty())
        return;
    m_sender.send(std::move(command),
                  whileAlive([this, ids = std::move(ids)](const Result<RespValue> &reply) {
                      for (const quint64 id : ids)
                          settle(id, reply.error());
                      flushSettled();
                  }));
}

void RedisPublisher::sendBroadcast()
{
    const Entry entry = std::move(m_waiting.front());
    m_waiting.pop_front();
    const MessageContent &content = entry.message.content;
    if (!encode(entry.message))
        return;
    RespCommand command{"PUBLISH", m_keys.channel(content.exchange, content.routingKey), m_payload};
    m_sender.send(std::move(command),
                  whileAlive([this, id = entry.message.id, mandatory = entry.message.mandatory,
                              exchange = content.exchange](const Result<RespValue> &reply) {
                      if (reply && mandatory && reply->integer == 0)
                          settle(
                              id,
                              Error(Error::Unroutable,
                                    Text::tr("Nobody listens to exchange \"%1\"").arg(exchange)));
                      else
                          settle(id, reply.error());
                      flushSettled();
                  }));
}

// A run of messages to one direct or topic exchange is one script call.
void RedisPublisher::sendRouted(Exchanges::iterator exchange)
{
    const BindingTable &table = *exchange->second.table;
    ScriptCall call(qsizetype(m_waiting.size()));
    Entries entries;
    entries.reserve(std::min<std::size_t>(m_waiting.size(), copiesPerCommand));
    std::vector<bool> unrouted;
    while (!m_waiting.empty() && !call.isFull() && entries.size() < copiesPerCommand) {
        Entry &entry = m_waiting.front();
        const StorePublish &message = entry.message;
        if (message.content.exchange != exchange->first)
            break;
        const ExchangeType type =
            message.exchangeTypeKnown ? message.exchangeType : table.inferredType();
        if (type != ExchangeType::Direct && type != ExchangeType::Topic)
            break; // declared in between as something else
        bool encoded = true;
        const std::vector<int> &routes = table.routes(message.content.routingKey, type);
        for (const int queue : routes) {
            if (!(encoded = encode(message))) // once a copy: each has a tag of its own
                break;
            call.add(listOf(table.queues().at(queue), message.content.priority), m_payload);
        }
        const bool dead = routes.empty() && !m_options.deadLetterQueue.isEmpty();
        if (dead && (encoded = encode(message)))
            call.add(listOf(m_options.deadLetterQueue, message.content.priority), m_payload);
        if (encoded) {
            unrouted.push_back(routes.empty() && !dead);
            ++entry.attempts;
            entries.push_back(std::move(entry));
        }
        m_waiting.pop_front();
    }
    if (entries.empty())
        return;
    ++exchange->second.inFlight;
    RespCommand command = call.take(m_keys.binding(exchange->first), table.fingerprint());
    m_sender.run(
        publishScript(), call.keys(), std::move(command),
        whileAlive([this, name = exchange->first, entries = std::move(entries),
                    unrouted = std::move(unrouted)](const Result<RespValue> &reply) mutable {
            scriptAnswered(name, entries, unrouted, reply);
        }));
}

void RedisPublisher::readBindings(Exchanges::iterator exchange)
{
    exchange->second.holding = true;
    ++m_holding;
    m_sender.send({"SMEMBERS", m_keys.binding(exchange->first)},
                  whileAlive([this, name = exchange->first](const Result<RespValue> &reply) {
                      bindingsRead(name, reply);
                  }));
}

void RedisPublisher::bindingsRead(const QString &exchange, const Result<RespValue> &reply)
{
    ExchangeState &state = m_exchanges[exchange];
    if (reply)
        learn(exchange, state, *reply);
    else
        failAll(exchange, reply.error());
    release(state);
    pump();
}

void RedisPublisher::learn(const QString &exchange, ExchangeState &state, const RespValue &members)
{
    state.table.emplace(textsOf(members), m_options);
    if (state.table->unreadable() == 0 || std::exchange(state.warned, true))
        return;
    qCWarning(lcRedis).noquote()
        << Text::tr("%1 bindings of exchange \"%2\" cannot be read and are skipped")
               .arg(state.table->unreadable())
               .arg(exchange);
}

void RedisPublisher::scriptAnswered(const QString &exchange, Entries &entries,
                                    const std::vector<bool> &unrouted,
                                    const Result<RespValue> &reply)
{
    ExchangeState &state = m_exchanges[exchange];
    --state.inFlight;
    if (!reply) {
        for (const Entry &entry : entries)
            settle(entry.message.id, reply.error());
    } else if (reply->type == RespValue::Array) {
        routeAgain(state, entries, *reply);
    } else {
        settleRouted(exchange, entries, unrouted);
    }
    if (state.holding && state.inFlight == 0)
        release(state);
    pump();
}

void RedisPublisher::settleRouted(const QString &exchange, const Entries &entries,
                                  const std::vector<bool> &unrouted)
{
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const StorePublish &message = entries[i].message;
        if (unrouted[i] && message.mandatory)
            settle(message.id,
                   Error(Error::Unroutable,
                         Text::tr("No queue is bound to exchange \"%1\" for key \"%2\"")
                             .arg(exchange, message.content.routingKey)));
        else
            settle(message.id);
    }
}

// The bindings changed before the script ran, so nothing was pushed. Scripts behind it were made
// from the same table: everything waits until they came back, too.
void RedisPublisher::routeAgain(ExchangeState &state, Entries &entries, const RespValue &members)
{
    learn(entries.front().message.content.exchange, state, members);
    if (!state.holding) {
        state.holding = true;
        ++m_holding;
    }
    for (Entry &entry : entries) {
        if (entry.attempts < routingAttempts)
            m_returned.push_back(std::move(entry));
        else
            settle(entry.message.id,
                   Error(Error::Channel,
                         Text::tr("The bindings of exchange \"%1\" keep changing")
                             .arg(entry.message.content.exchange))
                       .withRecoverable(true));
    }
}

void RedisPublisher::release(ExchangeState &state)
{
    state.holding = false;
    if (--m_holding > 0)
        return;
    m_waiting.insert(m_waiting.begin(), std::make_move_iterator(m_returned.begin()),
                     std::make_move_iterator(m_returned.end()));
    m_returned.clear();
}

void RedisPublisher::failAll(const QString &exchange, const Error &error)
{
    const auto isHis = [&](const Entry &entry) {
        if (entry.message.content.exchange != exchange)
            return false;
        settle(entry.message.id, error);
        return true;
    };
    m_waiting.erase(std::remove_if(m_waiting.begin(), m_waiting.end(), isHis), m_waiting.end());
}

RedisPublisher::Exchanges::iterator RedisPublisher::stateOf(const QString &exchange)
{
    if (m_exchanges.size() >= cachedExchanges) {
        std::erase_if(m_exchanges, [](const auto &item) {
            return item.second.inFlight == 0 && !item.second.holding;
        });
    }
    return m_exchanges.try_emplace(exchange).first;
}

ExchangeType RedisPublisher::typeOf(const StorePublish &message) const
{
    if (message.exchangeTypeKnown)
        return message.exchangeType;
    return wellKnownType(message.content.exchange).value_or(ExchangeType::Direct);
}

bool RedisPublisher::encode(const StorePublish &message)
{
    m_payload.resize(0); // keeps its memory
    const Error error =
        Envelope::append(m_payload, message.content, newTag(), m_options.bodyEncoding);
    if (error.isError())
        settle(message.id, error);
    return !error.isError();
}

// A random UUID (RFC 9562 §5.4), as Kombu's.
QByteArrayView RedisPublisher::newTag()
{
    static constexpr char digits[] = "0123456789abcdef";
    const quint64 high = (m_random() & ~Q_UINT64_C(0xf000)) | 0x4000;
    const quint64 low = (m_random() >> 2) | Q_UINT64_C(0x8000000000000000);
    std::size_t at = 0;
    for (int i = 0; i < 32; ++i) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            m_tag[at++] = '-';
        const quint64 half = i < 16 ? high : low;
        m_tag[at++] = digits[(half >> (60 - 4 * (i % 16))) & 0xf];
    }
    return QByteArrayView(m_tag.data(), qsizetype(m_tag.size()));
}

const QByteArray &RedisPublisher::listOf(const QString &queue, int priority)
{
    const int bucket = m_keys.bucket(priority);
    if (bucket != m_lastBucket || queue != m_lastQueue) {
        m_lastQueue = queue;
        m_lastBucket = bucket;
        m_lastList = m_keys.list(queue, bucket);
    }
    return m_lastList;
}

void RedisPublisher::settle(quint64 id, const Error &error)
{
    m_settled.push_back({id, error});
}

void RedisPublisher::flushSettled()
{
    if (!m_settled.empty() && !m_pumping)
        m_published(std::exchange(m_settled, {}));
}

CommandSender::Reply RedisPublisher::whileAlive(CommandSender::Reply done) const
{
    return [alive = std::weak_ptr(m_alive), done = std::move(done)](Result<RespValue> reply) {
        if (!alive.expired())
            done(std::move(reply));
    };
}

} // namespace Qombu::Redis
