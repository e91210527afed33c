// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"
#include "transports/redis/consuming/redisclaim.h"
#include "transports/redis/consuming/redisledger.h"
#include "transports/redis/consuming/redispage.h"
#include "transports/redis/consuming/redisquarantine.h"
#include "transports/redis/consuming/refusedsettlements.h"
#include "transports/redis/redisclient.h"
#include "transports/redis/rediscontext.h"

namespace Qombu::Redis {

// Settles deliveries on the server, all of a turn in one run of a script each way: acknowledged
// ones are removed, the others are moved. Hub's thread; owned by RedisLink.
class RedisSettler
{
public:
    explicit RedisSettler(const RedisContext &context);

    void settle(const SettleRequest &request);
    // Next to be delivered; call in the order of delivery.
    void giveBack(quint64 delivery);
    // The same for what was delivered since: before all that arrived after it.
    void putBack(const std::vector<IncomingMessage> &messages);

    // Claims of a consumer that has gone are under way: what they bring goes back behind what was
    // delivered before, so that waits until they have returned.
    void awaitClaims(int count) { m_awaitedClaims += count; }
    void returned(const Claim &claim, Result<RespValue> &&reply);
    // This claim had an error. What it may have taken all the same goes back; where the link is
    // lost, by the next one.
    void recover(const Claim &claim);
    RedisQuarantine &quarantine() { return m_quarantine; }

    // Sends what was said in this turn; nothing for a while after a refusal.
    void flush();
    void endRefusal(); // the server takes writes again
    bool isIdle() const
    {
        return m_underWay == 0 && m_acks.empty() && m_moves.empty() && m_pushes.empty()
            && m_quarantine.isIdle() && !m_recovered;
    }
    // For now; a turn's end will be wanted.
    bool isRefused() const { return m_isRefused || m_isRecoveryRefused; }
    // Lost if the link ends now.
    std::size_t unpushed() const { return m_pushes.size() + m_quarantine.unrecorded(); }

    // What a link before this one left behind: settles what had been settled, gives back the rest
    // to the front of its queues, in order. done when the server has done all of it.
    void recover(std::function<void()> done);
    // Asks again for what was not there: a claim of the old link may be executed after our
    // question.
    void recoverLate();

private:
    struct Move
    {
        quint64 delivery = 0; // 0: without a record
        QByteArray list; // where to
        QByteArray bytes;
        bool toFront = false;
    };
    void again(quint64 delivery);
    void put(quint64 delivery, const RedisLedger::Record &record, bool toFront);
    void flushAcks();
    void flushMoves();
    void flushPushes();
    void push(const Move &move);
    void refused();
    void sendMoves(std::vector<Move> &&moves, bool toFront);
    static std::vector<quint64> deliveriesOf(const std::vector<Move> &moves);
    static const std::vector<quint64> &deliveriesOf(const std::vector<quint64> &acks)
    {
        return acks;
    }
    template<typename T>
    bool failed(const Result<RespValue> &reply, std::vector<T> &again, const std::vector<T> &asked);
    void settled(std::vector<quint64> deliveries, const RespValue &late,
                 const std::vector<quint64> &stays = {});
    void movesAnswered(const std::vector<Move> &moves, Result<RespValue> reply);
    Move move(const QString &queue, quint64 delivery, const QByteArray &bytes, bool toFront);
    void recoverNext();
    void recordsRead(const std::vector<Result<RespValue>> &found);
    void recordRead(quint64 delivery, const QByteArray &text);

    const RedisContext m_context;
    RedisQuarantine m_quarantine;
    RefusedSettlements m_refusedForGood;
    std::vector<quint64> m_acks;
    std::vector<Move> m_moves;
    std::vector<Move> m_pushes; // without a record
    int m_awaitedClaims = 0;
    int m_underWay = 0; // requests without an answer
    std::vector<quint64> m_doubts; // of recover(), the last one next
    std::vector<quint64> m_asking;
    std::vector<quint64> m_broken; // first numbers of claims that are among the doubts
    std::vector<Result<RespValue>> m_found; // beside m_asking
    RedisPage m_page{1, 1};
    std::vector<quint64> m_absent; // claimed for by the old link, and not there so far
    std::function<void()> m_recovered;
    HubHandle m_retryTimer; // of recover()
    HubHandle m_againTimer; // of flush()
    bool m_isRefused = false;
    bool m_isRecoveryRefused = false;
};

} // namespace Qombu::Redis
