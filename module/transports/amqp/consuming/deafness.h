// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/amqpplace.h"

namespace Qombu::Amqp {

// Keeps the socket of a link unread for one consumer that can take no more, and says so where it
// lasts: neither the broker's heartbeats are read then nor what it sends to others. Hub's thread.
class Deafness
{
public:
    explicit Deafness(std::shared_ptr<AmqpPlace> place);
    ~Deafness() { set(false, m_queue); }
    Q_DISABLE_COPY_MOVE(Deafness)

    void set(bool isDeaf, const QString &queue);

private:
    void tell(bool isDeaf);

    const std::shared_ptr<AmqpPlace> m_place;
    QString m_queue;
    bool m_isDeaf = false;
    bool m_isTold = false;
    HubHandle m_timer;
};

} // namespace Qombu::Amqp
