// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/publishing/redispublisher.h"

#include "core/logging_p.h"
#include "transports/redis/publishing/publishcall.h"
#include "transports/redis/redisscripts.h"
#include "transports/redis/wire/redistext.h"
#include "virtual/envelope/envelope.h"

#include <algorithm>

namespace Qombu::Redis {
namespace {

constexpr int routingAttempts = 20;
constexpr std::size_t cachedExchanges = 1000;

} // namespace

RedisPublisher::RedisPublisher(const RedisContext &context, PublishListener *listener)
    : m_context(context)
    , m_listener(listener)
{
}

void RedisPublisher::publish(std::vector<OutgoingMessage> &&messages)
{
    if (m_context.alive.expired())
        return; // the link's end says what becomes of them
    for (OutgoingMessage &message : messages)
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
    const OutgoingMessage &next = m_waiting.front().message;
    const QString &name = next.content->exchange;
    if (name.isEmpty())
        return sendToList();
    switch (declaredType(name).value_or(ExchangeType::Direct)) {
    case ExchangeType::Fanout:
        return sendBroadcast();
    case ExchangeType::Headers:
        settle(next.id, Error(Error::Unsupported, Text::tr("Redis has no headers exchanges")));
        m_waiting.pop_front();
        return;
    default:
        break;
    }
    const auto exchange = stateOf(name);
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
    for (; !m_waiting.empty(); m_waiting.pop_front()) {
        const OutgoingMessage &message = m_waiting.front().message;
        const MessageContent &content = *message.content;
        if (!content.exchange.isEmpty())
            break;
        if (!m_context.keys.isQueueName(content.routingKey)) {
            settle(message.id,
                   Error(Error::Unroutable,
                         Text::tr("\"%1\" cannot be the name of a queue").arg(content.routingKey)));
            continue;
        }
        const QByteArray &target = listOf(content.routingKey, content.priority);
        const bool full = ids.size() == copiesPerCommand || command.size() >= bytesPerCommand;
        if (!ids.empty() && (full || target != list))
            break;
        if (ids.empty()) {
            list = target;
            command = RespCommand{"LPUSH", list};
            command.reserve(roomFor(m_waiting.size()));
        }
        const Error error =
            command.addWritten(m_lastSize, [&](QByteArray &out) { return append(out, message); });
        if (error.isError())
            settle(message.id, error);
        else
            ids.push_back(message.id);
    }
    if (ids.empty())
        return;
    m_context.sender.send(
        std::move(command),
        whileAlive(m_alive, [this, ids = std::move(ids)](const Result<RespValue> &reply) {
            for (const quint64 id : ids)
                settle(id, reply.error());
            flushSettled();
        }));
}

void RedisPublisher::sendBroadcast()
{
    const Entry entry = std::move(m_waiting.front());
    m_waiting.pop_front();
    const OutgoingMessage &message = entry.message;
    const MessageContent &content = *message.content;
    RespCommand command{"PUBLISH", m_context.keys.channel(content.exchange, content.routingKey)};
    const Error error =
        command.addWritten(m_lastSize, [&](QByteArray &out) { return append(out, message); });
    if (error.isError())
        return settle(message.id, error);
    m_context.sender.send(
        std::move(command),
        whileAlive(m_alive,
                   [this, id = message.id, mandatory = message.mandatory,
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

// About what so many messages like the last one need in a command.
qsizetype RedisPublisher::roomFor(std::size_t messages) const
{
    const qsizetype each = m_lastSize + 32;
    return std::min(bytesPerCommand, each * qsizetype(messages)) + each + 256;
}

// A run of messages to one direct or topic exchange is one script call.
void RedisPublisher::sendRouted(Exchanges::iterator exchange)
{
    const BindingTable &table = *exchange->second.table;
    PublishCall call(m_context.keys.binding(exchange->first), table.fingerprint());
    call.reserve(roomFor(m_waiting.size()));
    Entries entries;
    entries.reserve(std::min<std::size_t>(m_waiting.size(), copiesPerCommand));
    std::vector<bool> unrouted;
    const ExchangeType type = declaredType(exchange->first).value_or(table.inferredType());
    while (!m_waiting.empty() && !call.isFull() && entries.size() < copiesPerCommand) {
        Entry &entry = m_waiting.front();
        if (entry.message.content->exchange != exchange->first)
            break;
        const std::vector<int> &routes = table.routes(entry.message.content->routingKey, type);
        const bool dead = routes.empty() && !m_context.options.deadLetterQueue.isEmpty();
        Error error;
        for (const int queue : routes) { // once a copy: each has a tag of its own
            error = addCopy(call, table.queues().at(queue), entry.message);
            if (error.isError())
                break; // of the first: the others would say the same
        }
        if (dead)
            error = addCopy(call, m_context.options.deadLetterQueue, entry.message);
        if (error.isError()) {
            settle(entry.message.id, error);
        } else {
            unrouted.push_back(routes.empty() && !dead);
            ++entry.attempts;
            entries.push_back(std::move(entry));
        }
        m_waiting.pop_front();
    }
    if (entries.empty())
        return;
    ++exchange->second.inFlight;
    m_context.sender.run(
        Scripts::all().publish, call.keys(), call.takeArguments(),
        whileAlive(m_alive,
                   [this, name = exchange->first, entries = std::move(entries),
                    unrouted = std::move(unrouted)](const Result<RespValue> &reply) mutable {
                       scriptAnswered(name, entries, unrouted, reply);
                   }));
}

Error RedisPublisher::addCopy(PublishCall &call, const QString &queue,
                              const OutgoingMessage &message)
{
    return call.add(listOf(queue, message.content->priority), m_lastSize,
                    [&](QByteArray &out) { return append(out, message); });
}

void RedisPublisher::readBindings(Exchanges::iterator exchange)
{
    exchange->second.holding = true;
    ++m_holding;
    m_context.sender.send(
        {"SMEMBERS", m_context.keys.binding(exchange->first)},
        whileAlive(m_alive, [this, name = exchange->first](const Result<RespValue> &reply) {
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
    state.table.emplace(members.texts(), m_context.options);
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
        const OutgoingMessage &message = entries[i].message;
        if (unrouted[i] && message.mandatory)
            settle(message.id,
                   Error(Error::Unroutable,
                         Text::tr("No queue is bound to exchange \"%1\" for key \"%2\"")
                             .arg(exchange, message.content->routingKey)));
        else
            settle(message.id);
    }
}

// The bindings changed before the script ran, so nothing was pushed. Scripts behind it were made
// from the same table: everything waits until they came back, too.
void RedisPublisher::routeAgain(ExchangeState &state, Entries &entries, const RespValue &members)
{
    learn(entries.front().message.content->exchange, state, members);
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
                             .arg(entry.message.content->exchange))
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
        if (entry.message.content->exchange != exchange)
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

// As it was declared on this link, or as its name says.
std::optional<ExchangeType> RedisPublisher::declaredType(const QString &exchange) const
{
    const std::optional<ExchangeType> declared = m_context.declared.exchanges.type(exchange);
    return declared ? declared : wellKnownType(exchange);
}

Error RedisPublisher::append(QByteArray &out, const OutgoingMessage &message)
{
    const qsizetype before = out.size();
    const RandomId tag(m_context.hub->random(), m_context.hub->random());
    const Error error =
        Envelope::append(out, *message.content, tag.text(), m_context.options.bodyEncoding);
    if (!error.isError())
        m_lastSize = out.size() - before;
    return error;
}

const QByteArray &RedisPublisher::listOf(const QString &queue, int priority)
{
    const int bucket = m_context.keys.bucket(priority);
    if (bucket != m_lastBucket || queue != m_lastQueue) {
        m_lastQueue = queue;
        m_lastBucket = bucket;
        m_lastList = m_context.keys.list(queue, bucket);
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
        m_listener->published(std::exchange(m_settled, {}));
}

} // namespace Qombu::Redis
