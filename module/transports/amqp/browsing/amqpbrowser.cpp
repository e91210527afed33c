// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/browsing/amqpbrowser.h"

#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

AmqpBrowser::AmqpBrowser(std::shared_ptr<AmqpPlace> place)
    : m_place(std::move(place))
{
}

void AmqpBrowser::inventory(const InventoryQuery &, Done<Inventory> done)
{
    done(Error(Error::Unsupported,
               Text::tr("AMQP cannot list queues and exchanges: that needs the broker's management "
                        "API, which is not in this version yet. Ask for a queue by its name")));
}

void AmqpBrowser::unacked(int, Done<std::vector<Unacked>> done)
{
    done(Error(Error::Unsupported, Text::tr("AMQP cannot list what consumers hold")));
}

void AmqpBrowser::planPeek(const QString &queue, Done<PeekPlan> done)
{
    Q_UNUSED(queue)
    PeekPlan plan;
    plan.changes = {Text::tr("The messages are fetched and given back: they are marked as "
                             "redelivered")};
    done(plan);
}

void AmqpBrowser::peek(const QString &, int, QueueEnd, Done<std::vector<IncomingMessage>> done)
{
    done(Error(Error::Unsupported, Text::tr("Messages cannot be looked at yet")));
}

} // namespace Qombu::Amqp
