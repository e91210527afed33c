// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/randomid_p.h"
#include "port/channels.h"
#include "transports/redis/redisclient.h"
#include "transports/redis/rediscontext.h"
#include "transports/redis/topology/redisbindings.h"

#include <deque>
#include <map>
#include <unordered_map>

namespace Qombu::Redis {

// Publishes on one link: turns messages into as few commands as their order allows. Hub's thread.
//
// Everything goes down one pipelined socket in the order of publish(). Where a message must wait,
// because the bindings of its exchange are being read, all later ones wait behind it. What was sent
// already when a binding changed is routed again in order, ahead of what waits.
class RedisPublisher final : public PublishChannel
{
public:
    RedisPublisher(const RedisContext &context, PublishListener *listener);

    void publish(std::vector<OutgoingMessage> &&messages) override;

private:
    struct Entry
    {
        OutgoingMessage message;
        int attempts = 0; // how often it was routed
    };
    struct ExchangeState
    {
        std::optional<BindingTable> table; // nothing: must be read
        int inFlight = 0; // scripts without a reply
        bool warned = false; // of bindings that cannot be read
        bool holding = false; // being read, or a script said that the table is old
    };
    using Entries = std::vector<Entry>;
    using Exchanges = std::map<QString, ExchangeState>;

    void pump();
    void sendNext();
    void sendToList();
    void sendBroadcast();
    void sendRouted(Exchanges::iterator exchange);
    void readBindings(Exchanges::iterator exchange);
    void learn(const QString &exchange, ExchangeState &state, const RespValue &members);
    void bindingsRead(const QString &exchange, const Result<RespValue> &reply);
    void scriptAnswered(const QString &exchange, Entries &entries,
                        const std::vector<bool> &unrouted, const Result<RespValue> &reply);
    void settleRouted(const QString &exchange, const Entries &entries,
                      const std::vector<bool> &unrouted);
    void routeAgain(ExchangeState &state, Entries &entries, const RespValue &members);
    void release(ExchangeState &state);
    void failAll(const QString &exchange, const Error &error);
    Exchanges::iterator stateOf(const QString &exchange);

    std::optional<ExchangeType> declaredType(const QString &exchange) const;
    // Writes its envelope to where it leaves from; it has a tag of its own.
    Error append(QByteArray &out, const OutgoingMessage &message);
    Error addCopy(class PublishCall &call, const QString &queue, const OutgoingMessage &message);
    qsizetype roomFor(std::size_t messages) const;
    const QByteArray &listOf(const QString &queue, int priority);
    void settle(quint64 id, const Error &error = Error());
    void flushSettled();

    const RedisContext m_context;
    PublishListener *const m_listener;

    std::deque<Entry> m_waiting;
    Entries m_returned; // to be routed again, oldest first
    Exchanges m_exchanges;
    int m_holding = 0; // exchanges that hold everything back
    bool m_pumping = false;

    std::vector<PublishOutcome> m_settled; // to be told at once
    qsizetype m_lastSize = 512; // of an envelope
    QString m_lastQueue; // of m_lastList
    int m_lastBucket = -1;
    QByteArray m_lastList;
    const std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace Qombu::Redis
