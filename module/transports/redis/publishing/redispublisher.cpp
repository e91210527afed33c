// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/publishing/redispublisher.h"

#include "transports/redis/redisscripts.h"
#include "transports/redis/topology/bindingkeeper.h"
#include "transports/redis/wire/redistext.h"

#include <algorithm>

namespace Qombu::Redis {
namespace {

constexpr int routingAttempts = 20;
constexpr int exactAttempts = 5; // then a set that keeps changing is taken as it was read
constexpr std::size_t cachedExchanges = 1000;
const std::vector<QByteArray> noMembers;

} // namespace

RedisPublisher::RedisPublisher(const RedisContext &context, PublishListener *listener)
    : m_context(context)
    , m_outcomes(listener)
    , m_writer(context)
    , m_lists(context, m_writer, m_outcomes)
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
    if (m_outcomes.isGathering())
        return;
    m_outcomes.setGathering(true);
    while (m_holding == 0 && !m_waiting.empty() && !mustWait())
        sendNext();
    m_outcomes.setGathering(false);
    m_outcomes.tell();
}

void RedisPublisher::sendNext()
{
    const OutgoingMessage &next = m_waiting.front().message;
    const QString &name = next.content->exchange;
    if (name.isEmpty())
        return m_lists.send(m_waiting);
    const auto type = declaredType(name);
    if (type == ExchangeType::Fanout)
        return sendBroadcast();
    if (type == ExchangeType::Headers) {
        m_outcomes.add(next.id,
                       Error(Error::Unsupported, Text::tr("Redis has no headers exchanges")));
        m_waiting.pop_front();
        return;
    }
    const auto exchange = stateOf(name);
    if (exchange->second.isOld(m_context, name)) {
        hold(exchange->second);
        return readBindings(name, exchange->second);
    }
    if (type)
        sendRouted(exchange);
    else
        sendUntyped(exchange);
}

void RedisPublisher::sendBroadcast()
{
    const Entry entry = std::move(m_waiting.front());
    m_waiting.pop_front();
    const OutgoingMessage &message = entry.message;
    const MessageContent &content = *message.content;
    RespCommand command{"PUBLISH", m_context.keys.channel(content.exchange, content.routingKey)};
    const Error error = m_writer.add(command, message);
    if (error.isError())
        return m_outcomes.add(message.id, error);
    m_context.sender.send(
        std::move(command),
        whileAlive(m_alive,
                   [this, id = message.id, mandatory = message.mandatory,
                    exchange = content.exchange](const Result<RespValue> &reply) {
                       const bool isHeard = reply && reply->integer > 0;
                       if (const auto known = m_exchanges.find(exchange);
                           !isHeard && known != m_exchanges.end())
                           known->second.listeners = ExchangeState::Unknown;
                       if (reply && mandatory && !isHeard)
                           m_outcomes.add(
                               id,
                               Error(Error::Unroutable,
                                     Text::tr("Nobody listens to exchange \"%1\"").arg(exchange)));
                       else if (reply && !isHeard && mayBeOfOtherType(exchange))
                           return tellOtherType(id, exchange);
                       else
                           m_outcomes.add(id, reply.error());
                       m_outcomes.tell();
                   }));
}

// True once for an exchange: listeners come and go, and nobody should look at every message.
bool RedisPublisher::mayBeOfOtherType(const QString &exchange)
{
    return !wellKnownType(exchange)
        && !std::exchange(stateOf(exchange)->second.isTypeChecked, true);
}

// Who waits for the message hears the warning first.
void RedisPublisher::tellOtherType(quint64 id, const QString &exchange)
{
    readMembers(
        m_context.sender, m_context.options, exchange,
        whileAlive(m_alive, [this, id, exchange](const Result<std::vector<QByteArray>> &members) {
            const auto other =
                members ? ExchangeState::otherType({*members, m_context.options}) : std::nullopt;
            if (other)
                m_context.host.notice(ExchangeState::otherTypeNotice(exchange, *other));
            m_outcomes.add(id);
            m_outcomes.tell();
        }));
}

// Redis stores no types. An exchange without patterns may be a broadcast that another program
// declared: then somebody listens on its channel, and nobody reads the lists of its queues. Which
// patterns are subscribed Redis does not tell, but PUBLISH answers how many heard it; to a direct
// exchange nobody can listen.
void RedisPublisher::sendUntyped(Exchanges::iterator exchange)
{
    const ExchangeState &state = exchange->second;
    if (state.table().inferredType() == ExchangeType::Topic)
        sendRouted(exchange);
    else if (state.listeners == ExchangeState::Unknown)
        askForListeners(exchange);
    else if (state.listeners == ExchangeState::Some)
        sendBroadcast();
    else
        sendRouted(exchange);
}

void RedisPublisher::askForListeners(Exchanges::iterator exchange)
{
    Entry entry = std::move(m_waiting.front());
    m_waiting.pop_front();
    const MessageContent &content = *entry.message.content;
    RespCommand command{"PUBLISH", m_context.keys.channel(content.exchange, content.routingKey)};
    const Error error = m_writer.add(command, entry.message);
    if (error.isError())
        return m_outcomes.add(entry.message.id, error);
    hold(exchange->second);
    exchange->second.isAsking = true;
    m_context.sender.send(std::move(command),
                          whileAlive(m_alive,
                                     [this, name = exchange->first, entry = std::move(entry)](
                                         const Result<RespValue> &reply) mutable {
                                         listenersAnswered(name, entry, reply);
                                     }));
}

// A refusal says as much as nobody: who may not publish broadcasts means a queue.
void RedisPublisher::listenersAnswered(const QString &exchange, Entry &entry,
                                       const Result<RespValue> &reply)
{
    ExchangeState &state = m_exchanges[exchange];
    state.isAsking = false;
    if (!reply && reply.error().isRecoverable()) {
        m_outcomes.add(entry.message.id, reply.error());
    } else if (reply && reply->integer > 0) {
        state.listeners = ExchangeState::Some;
        m_outcomes.add(entry.message.id);
        m_context.host.notice(ExchangeState::broadcastNotice(exchange));
    } else {
        state.listeners = ExchangeState::None;
        m_waiting.push_front(std::move(entry));
    }
    release(state);
    pump();
}

// A run of messages to one direct or topic exchange is one script call.
void RedisPublisher::sendRouted(Exchanges::iterator exchange)
{
    const ExchangeState &state = exchange->second;
    const BindingTable &table = state.table();
    const ExchangeType type = declaredType(exchange->first).value_or(table.inferredType());
    const bool isExact =
        !table.fewMembers().empty() || (state.misses < exactAttempts && !state.isOvertaken());
    const QByteArray count = isExact ? QByteArray::number(table.count()) : QByteArray("?");
    PublishCall call = state.isUnchecked
        ? PublishCall(anyList(state, type), QByteArray())
        : PublishCall(m_context.keys.binding(exchange->first), count);
    call.reserve(m_writer.roomFor(m_waiting.size()));
    for (const QByteArray &member : state.isUnchecked ? noMembers : table.fewMembers())
        call.expectMember(member);
    Entries entries;
    entries.reserve(std::min<std::size_t>(m_waiting.size(), copiesPerCommand));
    std::vector<bool> unrouted;
    while (!m_waiting.empty() && !call.isFull() && entries.size() < copiesPerCommand) {
        Entry &entry = m_waiting.front();
        if (entry.message.content->exchange != exchange->first)
            break;
        bool isRouted = false;
        const Error error = addRouted(call, state, type, entry.message, isRouted);
        if (error.isError()) {
            m_outcomes.add(entry.message.id, error);
        } else {
            unrouted.push_back(!isRouted);
            ++entry.attempts;
            entries.push_back(std::move(entry));
        }
        m_waiting.pop_front();
    }
    if (entries.empty())
        return;
    ++exchange->second.inFlight;
    ++m_routed;
    exchange->second.used();
    m_context.sender.run(
        Scripts::all().publish, call.keys(), call.takeArguments(),
        whileAlive(m_alive,
                   [this, name = exchange->first, entries = std::move(entries),
                    unrouted = std::move(unrouted)](const Result<RespValue> &reply) mutable {
                       scriptAnswered(name, entries, unrouted, reply);
                   }));
}

// One that the next message goes to; where it goes nowhere, one of ours.
QByteArray RedisPublisher::anyList(const ExchangeState &state, ExchangeType type) const
{
    const QString &key = m_waiting.front().message.content->routingKey;
    const std::vector<int> &routes = state.table().routes(key, type);
    return routes.empty() ? m_context.keys.own("none")
                          : m_context.keys.list(state.table().queues().at(routes.front()));
}

// Once a queue that takes it; each copy has a tag of its own.
Error RedisPublisher::addRouted(PublishCall &call, const ExchangeState &state, ExchangeType type,
                                const OutgoingMessage &message, bool &isRouted)
{
    const BindingTable &table = state.table();
    const QString &key = message.content->routingKey;
    const std::vector<int> &routes = table.routes(key, type);
    const bool isDead = routes.empty() && !m_context.options.deadLetterQueue.isEmpty();
    isRouted = isDead || !routes.empty();
    if (isDead)
        return m_writer.add(call, m_context.options.deadLetterQueue, message);
    for (const int queue : routes) {
        if (const Error error = m_writer.add(call, table.queues().at(queue), message);
            error.isError())
            return error; // of the first: the others would say the same
    }
    if (table.fewMembers().empty() && !state.isUnchecked) {
        for (const int row : table.matches(key, type))
            call.expectMember(table.member(row));
    }
    return {};
}

void RedisPublisher::hold(ExchangeState &state)
{
    if (!std::exchange(state.isHolding, true))
        ++m_holding;
}

void RedisPublisher::readBindings(const QString &exchange, ExchangeState &state)
{
    state.isAsking = true;
    state.beginReading(m_context, exchange);
    readMembers(m_context.sender, m_context.options, exchange,
                whileAlive(m_alive, [this, exchange](const Result<std::vector<QByteArray>> &found) {
                    bindingsRead(exchange, found);
                }));
}

// Where bindings that this program wants are gone, they are written again, and read again, before
// anything is routed by what is left.
void RedisPublisher::bindingsRead(const QString &exchange,
                                  const Result<std::vector<QByteArray>> &members)
{
    ExchangeState &state = m_exchanges[exchange];
    const WantedBindings &wanted = m_context.declared.bindings;
    if (members && wanted.areMissing(exchange, *members) && !std::exchange(state.isMended, true)) {
        writeBindings(m_context, exchange, wanted.of(exchange), [](const Result<qint64> &) {});
        return readBindings(exchange, state);
    }
    state.isAsking = state.isMended = false;
    if (members) {
        state.learn(m_context, exchange, *members);
    } else {
        state.forget();
        failAll(exchange, members.error());
    }
    release(state);
    pump();
}

void RedisPublisher::scriptAnswered(const QString &exchange, Entries &entries,
                                    const std::vector<bool> &unrouted,
                                    const Result<RespValue> &reply)
{
    ExchangeState &state = m_exchanges[exchange];
    --state.inFlight;
    --m_routed;
    const bool isDenied = reply.error().kind() == Error::Configuration;
    if (isDenied && !std::exchange(state.isUnchecked, true)) {
        m_context.host.notice(ExchangeState::uncheckedNotice(exchange, reply.error()));
        routeAgain(state, entries);
    } else if (!reply) {
        for (const Entry &entry : entries)
            m_outcomes.add(entry.message.id, reply.error());
    } else if (reply->integer < 0) {
        routeAgain(state, entries);
    } else {
        state.misses = 0;
        if (!declaredType(exchange) && state.mayBeDeadList(entries.front().message))
            m_context.host.notice(ExchangeState::deadListNotice(exchange));
        settleRouted(exchange, entries, unrouted);
    }
    if (state.isHolding && !state.isAsking && state.inFlight == 0)
        readBindings(exchange, state);
    pump();
}

void RedisPublisher::settleRouted(const QString &exchange, const Entries &entries,
                                  const std::vector<bool> &unrouted)
{
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const OutgoingMessage &message = entries[i].message;
        if (unrouted[i] && message.mandatory)
            m_outcomes.add(message.id,
                           Error(Error::Unroutable,
                                 Text::tr("No queue is bound to exchange \"%1\" for key \"%2\"")
                                     .arg(exchange, message.content->routingKey)));
        else
            m_outcomes.add(message.id);
    }
}

// The bindings changed before the script ran, so nothing was pushed. Scripts behind it were made
// from the same table: everything waits until they came back, too.
void RedisPublisher::routeAgain(ExchangeState &state, Entries &entries)
{
    if (!state.isHolding)
        ++state.misses;
    hold(state);
    for (Entry &entry : entries) {
        if (entry.attempts < routingAttempts)
            m_returned.push_back(std::move(entry));
        else
            m_outcomes.add(entry.message.id,
                           Error(Error::Channel,
                                 Text::tr("The bindings of exchange \"%1\" keep changing")
                                     .arg(entry.message.content->exchange))
                               .withRecoverable(true));
    }
}

void RedisPublisher::release(ExchangeState &state)
{
    state.isHolding = false;
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
        m_outcomes.add(entry.message.id, error);
        return true;
    };
    m_waiting.erase(std::remove_if(m_waiting.begin(), m_waiting.end(), isHis), m_waiting.end());
}

RedisPublisher::Exchanges::iterator RedisPublisher::stateOf(const QString &exchange)
{
    if (m_exchanges.size() >= cachedExchanges) {
        std::erase_if(m_exchanges, [](const auto &item) {
            return item.second.inFlight == 0 && !item.second.isHolding;
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

} // namespace Qombu::Redis
