// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisgets.h"

#include "transports/redis/consuming/redissettler.h"

#include <limits>

namespace Qombu::Redis {

RedisGets::RedisGets(const RedisContext &context, RedisSettler &settler)
    : m_context(context)
    , m_settler(settler)
{
}

void RedisGets::get(const QString &queue, bool noAck, Done done)
{
    m_settler.quarantine().forget(queue);
    Claim asked;
    asked.target = std::make_shared<ClaimTarget>(QStringList{queue}, m_context.keys);
    asked.noAck = noAck;
    asked.isNew = true;
    asked.bytes = std::numeric_limits<qint32>::max();
    claim(std::move(asked), {}, done);
}

void RedisGets::end()
{
    m_alive.reset();
    m_settler.awaitClaims(std::exchange(m_underWay, 0));
}

void RedisGets::claim(Claim asked, const JunkRows &rows, const Done &done)
{
    asked.takeNumbers(m_context);
    ++m_underWay;
    asked.send(m_context,
               [this, alive = std::weak_ptr(m_alive), &settler = m_settler, asked, rows,
                done](Result<RespValue> reply) {
                   if (alive.expired())
                       settler.returned(asked, std::move(reply));
                   else
                       answered(asked, std::move(reply), rows, done);
               });
}

// One claim works through a bounded number of elements; what is behind them is for the next one.
void RedisGets::answered(Claim asked, Result<RespValue> &&reply, JunkRows rows, const Done &done)
{
    --m_underWay;
    Result<ClaimResult> result = asked.read(std::move(reply), 0, m_context);
    if (!result) {
        m_settler.recover(asked);
        return done(result.error());
    }
    RedisQuarantine &quarantine = m_settler.quarantine();
    quarantine.take(*result);
    m_context.host.keepHeld();
    if (!result->messages.empty())
        return done(std::optional<IncomingMessage>(std::move(result->messages.front())));
    rows.add(*result);
    asked.isNew = false;
    const Error why = quarantine.verdict(asked.target->queues().front(), *result, rows);
    if (why.isError())
        done(why);
    else if (result->isDrained || result->junk.empty())
        done(std::optional<IncomingMessage>());
    else
        claim(asked, rows, done);
}

} // namespace Qombu::Redis
