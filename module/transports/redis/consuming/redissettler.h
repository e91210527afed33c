// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/redisclaim.h"
#include "transports/redis/consuming/redispage.h"

namespace Qombu::Redis {

// Settles deliveries on the server, all of a turn in one run of a script each way: acknowledged
// ones are removed, the others are moved. Hub's thread; owned by RedisStore.
class RedisSettler
{
public:
    struct Callbacks
    {
        std::function<void(const QByteArray &tag)> tooLate; // somebody else had it back already
        std::function<void(const QString &text)> notice;
        std::function<void()> again; // time to flush() once more
    };
    RedisSettler(const RedisContext &context, Callbacks callbacks);

    void settle(const StoreSettle &settlement);
    // Next to be delivered; call in the order of delivery.
    void giveBack(const StoreSettle &delivery);
    void giveBackUnrecorded(const QString &queue,
                            const QByteArray &bytes); // taken without a record
    // The same for what was delivered since: before all that arrived after it.
    void putBack(const std::vector<StoreDelivery> &deliveries);
    void quarantine(const QString &queue, const QByteArray &tag, const QByteArray &bytes);

    // A claim of a consumer that has gone is under way: what it brings goes back behind what was
    // delivered before, so that waits until the claim has ended.
    void awaitClaim() { ++m_awaitedClaims; }
    void claimEnded() { --m_awaitedClaims; }

    // Sends what was said in this turn; nothing for a while after a refusal.
    void flush();
    void endRefusal(); // the server takes writes again
    bool isIdle() const
    {
        return m_underWay == 0 && m_acks.empty() && m_moves.empty() && m_pushes.empty();
    }
    bool isRefused() const { return m_isRefused; } // for now; again() will tell
    std::size_t unpushed() const { return m_pushes.size(); } // lost if the link ends now

    // What a link before this one left behind: settles what had been settled, gives back the rest
    // to the front of its queues, in order. done when the server has done all of it.
    void recover(std::function<void()> done);
    // Asks again for what was not there: a claim of the old link may be executed after our
    // question.
    void recoverLate();

private:
    struct Move
    {
        QByteArray tag;
        QByteArray list; // where to
        QByteArray bytes;
        bool toFront = false;
    };
    void flushAcks();
    void flushMoves();
    void flushPushes();
    void push(const Move &move);
    void refused();
    void sendMoves(std::vector<Move> &&moves, bool toFront);
    void ackAnswered(const std::vector<QByteArray> &tags, const Result<RespValue> &reply);
    void movesAnswered(const std::vector<Move> &moves, const Result<RespValue> &reply);
    Move move(const QString &queue, const QByteArray &tag, const QByteArray &bytes, bool toFront);
    void recoverNext();
    void recordsRead();
    void recordRead(const RedisLedger::Doubt &doubt, const QByteArray &text);

    const RedisContext m_context;
    const Callbacks m_callbacks;
    std::vector<QByteArray> m_acks;
    std::vector<Move> m_moves;
    std::vector<Move> m_pushes; // without a record
    int m_awaitedClaims = 0;
    int m_underWay = 0; // scripts without an answer
    std::vector<RedisLedger::Doubt> m_doubts; // of recover(), the last one next
    std::vector<RedisLedger::Doubt> m_asking;
    std::vector<Result<RespValue>> m_found; // beside m_asking
    RedisPage m_page{1, 1};
    std::vector<RedisLedger::Doubt> m_absent; // claimed for by the old link, and not there so far
    std::function<void()> m_recovered;
    HubHandle m_retryTimer; // of recover()
    HubHandle m_againTimer; // of flush()
    bool m_isRefused = false;
};

} // namespace Qombu::Redis
