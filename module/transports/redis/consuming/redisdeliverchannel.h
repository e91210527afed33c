// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/redisclaimer.h"

namespace Qombu::Redis {

// Holds a claimer for as long as the engine wants it; no message passes here. Hub's thread; may
// outlive the link.
class RedisDeliverChannel final : public DeliverChannel
{
public:
    // released: called at the end if the link is still there.
    RedisDeliverChannel(std::shared_ptr<RedisClaimer> claimer, std::weak_ptr<const bool> link,
                        std::function<void(RedisClaimer &)> released);
    ~RedisDeliverChannel() override;

    void get(const QString &queue, bool noAck, Done<std::optional<IncomingMessage>> done) override;
    void consume(const ConsumeRequest &request, Done<void> done) override;
    void setWindow(int count, qint64 bytes) override;
    void setPaused(bool paused) override;
    void cancel(Done<void> done) override;

private:
    const std::shared_ptr<RedisClaimer> m_claimer;
    const std::weak_ptr<const bool> m_link;
    const std::function<void(RedisClaimer &)> m_released;
};

} // namespace Qombu::Redis
