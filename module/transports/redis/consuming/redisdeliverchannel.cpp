// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisdeliverchannel.h"

namespace Qombu::Redis {

RedisDeliverChannel::RedisDeliverChannel(std::shared_ptr<RedisClaimer> claimer,
                                         std::weak_ptr<const bool> link,
                                         std::function<void(RedisClaimer &)> released)
    : m_claimer(std::move(claimer))
    , m_link(std::move(link))
    , m_released(std::move(released))
{
}

RedisDeliverChannel::~RedisDeliverChannel()
{
    if (!m_link.expired())
        m_released(*m_claimer);
}

void RedisDeliverChannel::get(const QString &queue, bool noAck,
                              Done<std::optional<IncomingMessage>> done)
{
    if (!m_link.expired())
        m_claimer->get(queue, noAck, std::move(done));
}

void RedisDeliverChannel::consume(const ConsumeRequest &request, Done<void> done)
{
    if (!m_link.expired())
        m_claimer->consume(request, std::move(done));
}

void RedisDeliverChannel::setWindow(int count, qint64 bytes)
{
    if (!m_link.expired())
        m_claimer->setWindow(count, bytes);
}

void RedisDeliverChannel::setPaused(bool paused)
{
    if (!m_link.expired())
        m_claimer->setPaused(paused);
}

void RedisDeliverChannel::cancel(Done<void> done)
{
    if (m_link.expired())
        return;
    m_claimer->cancel();
    done({});
}

} // namespace Qombu::Redis
