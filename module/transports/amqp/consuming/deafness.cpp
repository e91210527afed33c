// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/consuming/deafness.h"

#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

namespace {

constexpr std::chrono::seconds Long{10};

} // namespace

Deafness::Deafness(std::shared_ptr<AmqpPlace> place)
    : m_place(std::move(place))
{
}

void Deafness::set(bool isDeaf, const QString &queue)
{
    if (std::exchange(m_isDeaf, isDeaf) == isDeaf)
        return;
    m_queue = queue;
    if (m_place->socket)
        m_place->socket->holdReading(isDeaf ? 1 : -1);
    if (isDeaf)
        m_timer = m_place->hub->callLater(Long, [this] { tell(true); });
    else
        tell(false);
}

void Deafness::tell(bool isDeaf)
{
    m_timer.cancel();
    if (std::exchange(m_isTold, isDeaf) == isDeaf || m_place->isGone)
        return;
    BrokerNotice notice;
    notice.kind = BrokerNotice::Degraded;
    notice.queue = m_queue;
    notice.active = isDeaf;
    notice.text = isDeaf
        ? Text::tr("A paused consumer without acknowledgement is full: nothing is read from its "
                   "connection for now, and a broker may end that (RabbitMQ after half a minute); "
                   "what it has sent is lost then")
        : Text::tr("The connection of a consumer that was full is read again");
    m_place->listener->notice(notice);
}

} // namespace Qombu::Amqp
