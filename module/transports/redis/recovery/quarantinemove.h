// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"
#include "transports/redis/browsing/quarantinepage.h"
#include "transports/redis/rediscontext.h"

namespace Qombu::Redis {

// One verb on a quarantine: elements go back to the queue, or away for good; one, or all that were
// there at its beginning (a consumer may put them there again at once). A script moves each, if it
// still is where it was seen; what changes meanwhile is looked for again. Lives until it is done;
// Hub's thread.
class QuarantineMove : public std::enable_shared_from_this<QuarantineMove>
{
public:
    enum Direction { Back, Away };
    static void start(const RedisContext &context, const QString &queue,
                      const std::optional<QString> &name, Direction direction, Done<qint64> done);

private:
    QuarantineMove(const RedisContext &context, const QString &queue, Direction direction,
                   Done<qint64> &&done);
    using Elements = std::vector<QuarantineElement>;
    void find(qint64 skip);
    void seen(qint64 skip, const QuarantinePage &page);
    void readOne(qint64 skip);
    void dropAll();
    void nextPage();
    void move(qint64 skip, const Elements &elements);
    void moved(qint64 count);
    void read(qint64 skip, qint64 atMost, qint64 wholeBytes,
              std::function<void(const QuarantinePage &)> then);
    void failed(const Error &error);
    void notThere();

    const RedisContext m_context;
    const QString m_queue;
    const QByteArray m_key;
    const Direction m_direction;
    const Done<qint64> m_done;
    QByteArray m_name; // of the one; empty: all
    std::optional<qint64> m_wanted; // of all
    qint64 m_moved = 0;
    int m_vain = 0; // attempts, since something moved
};

} // namespace Qombu::Redis
