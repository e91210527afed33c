// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/consuming/settlingchannel.h"

namespace Qombu::Amqp {

// Fetches single messages of one queue. A broker that refuses a get closes its channel, which voids
// what is held of this queue only: nothing need be asked before. Hub's thread.
class FetchingChannel final : public SettlingChannel
{
public:
    FetchingChannel(std::shared_ptr<AmqpPlace> place, const QString &queue);

    void get(bool noAck, Done<std::optional<IncomingMessage>> done);
    void leave() { m_hasLeft = true; } // nobody waits any more: what still comes goes back
    using SettlingChannel::isIdle;

private:
    void delivered(SessionEvent &&) override {}
    void cancelledByBroker(const QByteArray &) override {}
    void arrived() override {}
    void closed(const Error &why) override;

    const QString m_queue;
    bool m_hasLeft = false;
};

} // namespace Qombu::Amqp
