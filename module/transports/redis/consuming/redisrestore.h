// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/redisrecord.h"
#include "transports/redis/redisclient.h"
#include "transports/redis/rediscontext.h"

#include <QSet>

namespace Qombu::Redis {

// Gives back what consumers that died have held for too long, ours and Python's: looks through the
// index from time to time, oldest first, and moves each delivery back if nobody was faster.
// Times are the server's. Hub's thread; owned by RedisLink.
class RedisRestore
{
public:
    explicit RedisRestore(const RedisContext &context);

    void start(); // once something is consumed
    void stop(); // no further sweep
    bool isSweeping() const { return m_isSweeping; }

private:
    struct Expired
    {
        QByteArray tag;
        QByteArray score;
        std::optional<UnackedRecord> record;
    };

    void later();
    void sweep();
    void readPage();
    void pageRead(const Result<RespValue> &reply);
    void readTables();
    void restorePage();
    void restore(const Expired &expired, const QStringList &queues);
    void leave(const Expired &expired, const QString &why);
    void tell(const QString &text, const Error &error = {});
    void pageDone();
    void endSweep();

    const RedisContext m_context;
    HubHandle m_timer;
    bool m_isSweeping = false;
    bool m_isStopped = false;
    std::vector<Expired> m_page; // oldest first
    bool m_hasMore = false; // behind this page, as the server says
    BindingTables m_tables; // of this sweep
    int m_open = 0; // requests of this page without an answer
    int m_left = 0; // deliveries of this sweep that stay where they are
    int m_seen = 0;
    QSet<QByteArray> m_reported; // tags left and told of
};

} // namespace Qombu::Redis
