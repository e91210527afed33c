// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/redisoutline.h"
#include "transports/redis/consuming/redisrestorereport.h"
#include "transports/redis/consuming/repeatedtrouble.h"
#include "transports/redis/redisclient.h"
#include "transports/redis/rediscontext.h"
#include "transports/redis/wire/redistext.h"

#include <QSet>

namespace Qombu::Redis {

// Gives back what consumers that died have held for too long: looks through the index from time to
// time and moves each delivery back if nobody was faster. Ours always, because those who live renew
// what they hold; those of other programs, which do not renew, only where the visibility timeout
// was given. Times are the server's. Hub's thread; owned by RedisLink.
class RedisRestore
{
public:
    explicit RedisRestore(const RedisContext &context);

    // Once something is consumed. How long the server had been up when the link was opened says
    // whether others could renew before.
    void start(std::chrono::seconds uptime);
    void stop(); // no further sweep
    bool isSweeping() const { return m_isSweeping; }

private:
    struct Expired
    {
        QByteArray tag;
        QByteArray score;
        qint64 size = 0;
        bool isRead = false; // else its record is large, and still on the server
        std::optional<UnackedRecord> record; // readable
        RecordOutline outline; // of a large one
    };

    void later(std::chrono::nanoseconds delay);
    std::chrono::nanoseconds interval() const;
    void begin();
    void askTime();
    bool canUse(const RespValue &mark, const QByteArray &now) const;
    void sweep();
    bool hasEnough() const;
    void ask(const QByteArray &highest, CommandSender::Reply done);
    void readPage();
    void pageRead(const Result<RespValue> &reply);
    void readTables(QStringList exchanges);
    void restoreNext();
    bool restore(const Expired &expired);
    void readLarge();
    void largeRead(const Result<RecordOutline> &outline);
    void wholeRead(const Result<RespValue> &reply);
    void give(const Expired &expired, const QStringList &queues);
    void given(const Expired &expired, const QStringList &queues, const Result<RespValue> &reply);
    void leave(const Expired &expired, const QString &why);
    void stays(const QByteArray &score);
    void pageDone();
    void failed(const Error &error);
    void endSweep(bool isRound);

    const RedisContext m_context;
    HubHandle m_timer;
    bool m_isSweeping = false;
    bool m_isStopped = false;
    bool m_hasBegun = false;
    bool m_waits = true; // before the first sweep
    bool m_couldRenew = false; // everybody, since the server was started
    // What the server's clock said one sweep before: what was due then and still is was not renewed
    // although everybody could. Empty: not asked yet, or writes were refused since.
    QByteArray m_time;
    QByteArray m_nextTime; // for the sweep after this one
    QByteArray m_highest; // scores above it were looked at in this round; empty: a new one begins
    qint64 m_skip = 0; // entries with this score that stay
    qint64 m_looked = 0; // entries of this sweep
    int m_given = 0; // deliveries of this sweep
    std::vector<Expired> m_page; // the newest first
    std::size_t m_next = 0; // of the page
    QByteArray m_pageEnd; // its last score
    qint64 m_stay = 0; // of the page, with that score
    bool m_hasMore = false; // behind this page, as the server says
    BindingTables m_tables; // of this sweep
    int m_open = 0; // requests of this page without an answer
    Error m_refusal; // of one of them, for now
    QSet<QByteArray> m_largeLeft; // tags of large ones that stay, and are not read again
    RedisRestoreReport m_report;
    RepeatedTrouble m_trouble;
};

} // namespace Qombu::Redis
