// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/channels.h"
#include "transports/redis/publishing/exchangestate.h"
#include "transports/redis/publishing/listpublisher.h"
#include "transports/redis/redisclient.h"
#include "transports/redis/rediscontext.h"

#include <deque>
#include <map>

namespace Qombu::Redis {

// Publishes on one link: turns messages into as few commands as their order allows. Hub's thread.
//
// Everything goes down one pipelined socket in the order of publish(). Where a message must wait,
// because the bindings of its exchange are being read, all later ones wait behind it. What was sent
// already when a binding changed is routed again in order, ahead of what waits. So what goes to a
// queue itself waits for scripts that are under way: they may have to be run again.
class RedisPublisher final : public PublishChannel
{
public:
    RedisPublisher(const RedisContext &context, PublishListener *listener);

    void publish(std::vector<OutgoingMessage> &&messages) override;

private:
    using Entry = PublishEntry;
    using Entries = std::vector<Entry>;
    using Exchanges = std::map<QString, ExchangeState>;

    void pump();
    bool mustWait() const
    {
        return m_routed > 0 && m_waiting.front().message.content->exchange.isEmpty();
    }
    void sendNext();
    void sendBroadcast();
    bool mayBeOfOtherType(const QString &exchange);
    void tellOtherType(quint64 id, const QString &exchange);
    void sendUntyped(Exchanges::iterator exchange);
    void askForListeners(Exchanges::iterator exchange);
    void listenersAnswered(const QString &exchange, Entry &entry, const Result<RespValue> &reply);
    void sendRouted(Exchanges::iterator exchange);
    Error addRouted(class PublishCall &call, const ExchangeState &state, ExchangeType type,
                    const OutgoingMessage &message, bool &isRouted);
    QByteArray anyList(const ExchangeState &state, ExchangeType type) const;
    void readBindings(const QString &exchange, ExchangeState &state);
    void bindingsRead(const QString &exchange, const Result<std::vector<QByteArray>> &members);
    void hold(ExchangeState &state);
    void scriptAnswered(const QString &exchange, Entries &entries,
                        const std::vector<bool> &unrouted, const Result<RespValue> &reply);
    void settleRouted(const QString &exchange, const Entries &entries,
                      const std::vector<bool> &unrouted);
    void routeAgain(ExchangeState &state, Entries &entries);
    void release(ExchangeState &state);
    void failAll(const QString &exchange, const Error &error);
    Exchanges::iterator stateOf(const QString &exchange);

    std::optional<ExchangeType> declaredType(const QString &exchange) const;

    const RedisContext m_context;
    PublishOutcomes m_outcomes;
    EnvelopeWriter m_writer;
    ListPublisher m_lists;

    std::deque<Entry> m_waiting;
    Entries m_returned; // to be routed again, oldest first
    Exchanges m_exchanges;
    int m_holding = 0; // exchanges that hold everything back
    int m_routed = 0; // scripts under way
    const std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace Qombu::Redis
