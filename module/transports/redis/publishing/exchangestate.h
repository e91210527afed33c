// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/rediscontext.h"
#include "transports/redis/topology/redisbindings.h"

#include <optional>

namespace Qombu::Redis {

// What one publisher knows of an exchange, and what of it is under way. Hub's thread.
class ExchangeState
{
public:
    // Who published without a type: does somebody listen, as to a broadcast?
    enum Listeners { Unknown, Some, None };

    // The set changed, as far as anybody told: the table must be read again.
    bool isOld(const RedisContext &context, const QString &exchange) const;
    void beginReading(const RedisContext &context, const QString &exchange);
    void learn(const RedisContext &context, const QString &exchange,
               const std::vector<QByteArray> &members);

    bool isOvertaken() const; // the set changed each time while it was read
    void used() { m_readsInVain = 0; } // something was sent by the table
    void forget() { m_table.reset(); }
    const BindingTable &table() const { return *m_table; }

    static BrokerNotice broadcastNotice(const QString &exchange);
    static BrokerNotice deadListNotice(const QString &exchange);
    // Nobody heard a broadcast. The type of exchange for which others bound queues there, if that
    // is certain: as a topic with patterns, or by keys as broadcasts have none.
    static std::optional<ExchangeType> otherType(const BindingTable &table);
    static BrokerNotice otherTypeNotice(const QString &exchange, ExchangeType type);
    static BrokerNotice uncheckedNotice(const QString &exchange, const Error &why);
    // It was routed without a type by a binding without a key, as broadcasts have: once true.
    bool mayBeDeadList(const OutgoingMessage &message);

    Listeners listeners = Unknown;
    int inFlight = 0; // scripts without a reply
    int misses = 0; // answers in a row that the table was old
    bool isHolding =
        false; // nothing is sent: something is asked, or a script said that the table is old
    bool isAsking = false;
    bool isTypeChecked = false; // of broadcasts that nobody heard
    bool isUnchecked = false; // the script may not look whether the set is still the same
    bool isMended = false; // our own bindings were missing, and were written again

private:
    std::optional<BindingTable> m_table; // nothing: must be read
    std::pair<quint64, quint64> m_version; // of the changes when it was read
    Hub::TimePoint m_readAt = {};
    int m_readsInVain = 0; // in a row
    bool m_isWarned = false; // of bindings that cannot be read
    bool m_isWarnedOfDeadList = false;
};

} // namespace Qombu::Redis
