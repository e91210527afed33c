// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/asker.h"

#include <Qombu/browser.h>

namespace Qombu {

/*!
    \class Qombu::Browser
    \inmodule Qombu
    \inheaderfile Qombu/Browser
    \brief Looks at a broker without changing it.

    Nothing is consumed, declared or moved. AMQP knows no silent look at messages: planPeek() says
    what one changes there. Answers Error::Unsupported where the transport lacks Capability::Browse.
    Requests wait for the link as those of a Channel do, and end with the same errors. The messages
    it shows cannot be settled.

    Belongs to the thread of its Connection, as all handles do, and may outlive it.
*/

/*! Makes a browser of \a connection with \a parent. The connection is not owned. */
Browser::Browser(Connection *connection, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Asker>(connection))
{
}

Browser::~Browser() = default;

/*!
    Lists queues, exchanges and bindings, at most \a maximumRows (1 or more) of each kind. On Redis
    the keys of the database are scanned, a piece at a time: the more keys, the longer it takes.
*/
Pending<Inventory> Browser::inventory(int maximumRows)
{
    InventoryQuery query;
    query.maximumRows = maximumRows;
    return inventory(query);
}

/*! \overload
    Lists what \a query asks for.
*/
Pending<Inventory> Browser::inventory(const InventoryQuery &query)
{
    return d->ask<Inventory>(Ask::TakeInventory{query});
}

/*!
    Says what peek() would change in \a queue (nothing, with Capability::PeekIsSilent), or why it
    cannot be done. On RabbitMQ the kind of a queue shows in the refusal of a question that it does
    not carry out, which leaves a line about a channel error in its log.
*/
Pending<PeekPlan> Browser::planPeek(const QString &queue)
{
    return d->ask<PeekPlan>(Ask::PlanPeek{queue});
}

/*!
    Shows at most \a limit messages of \a queue: the next ones in order of delivery, or, if \a from
    is QueueEnd::Tail, the last ones in the reverse order. None if there is no such queue or
    \a limit is 0 or less.

    Bodies are decoded as a Consumer with the default accept list does, while what that makes of
    all of them takes no more than about 64 MiB of memory; one of many gets a part of it.
   Message::error() says why one was not: with Error::LimitExceeded it is too large for such a look,
   and Message::wireBody() has what there is. On Redis at most 64 MiB are read, and an element that
   is no message is shown as bytes, with Error::Decode. On AMQP a connection of its own fetches
    1000 messages and about 64 MiB at most from the head of the queue and gives all back before the
    answer; streams are read from their beginning. QueueEnd::Tail is Error::Unsupported there, and a
    look that may do more than mark messages is Error::LimitExceeded: accept it with a PeekRequest.
*/
Pending<QList<Message>> Browser::peek(const QString &queue, int limit, QueueEnd from)
{
    PeekRequest request;
    request.queue = queue;
    request.limit = limit;
    request.from = from;
    return peek(request);
}

/*! \overload
    Looks as \a request says. Where that may do more to the queue than PeekRequest::accepted the
    answer is Error::LimitExceeded, and nothing was fetched.
*/
Pending<QList<Message>> Browser::peek(const PeekRequest &request)
{
    return d->ask<QList<Message>>(Ask::Peek{request});
}

/*!
    Lists at most \a limit deliveries that any consumer of the broker holds; on Redis the oldest
    first, also those of Python programs, and at most 64 MiB of them. None if \a limit is 0 or
    less. Bodies are decoded as by peek().
*/
Pending<QList<UnackedRow>> Browser::unacked(int limit)
{
    return d->ask<QList<UnackedRow>>(Ask::Unacked{limit});
}

/*!
    Lists at most \a limit elements of the quarantine of \a queue, the oldest first: what was taken
    from the queue and is no message. None if there is no quarantine, or \a limit is 0 or less;
    Error::Unsupported where the broker has nothing of the kind. Of elements above 1 MiB only size
    and beginning are read, and at most 64 MiB of them all.

    \sa Recovery
*/
Pending<QList<QuarantinedRow>> Browser::quarantine(const QString &queue, int limit)
{
    return d->ask<QList<QuarantinedRow>>(Ask::Quarantine{queue, limit});
}

/*!
    Lists the consumers of \a queue, whoever's they are; Error::Unsupported where the broker does
    not tell.
*/
Pending<QList<ConsumerRow>> Browser::consumers(const QString &queue)
{
    return d->ask<QList<ConsumerRow>>(Ask::Consumers{queue});
}

/*!
    Shows the queue \a name with all that is known of it; Error::NotFound if there is none.
*/
Pending<QueueRow> Browser::queue(const QString &name)
{
    return d->ask<QueueRow>(Ask::OneQueue{name});
}

/*!
    Lists what \a query asks for: the bindings of one queue, or those that lead away from an
    exchange, to it, or both.
*/
Pending<RowPage<BindingRow>> Browser::bindings(const BindingQuery &query)
{
    return d->ask<RowPage<BindingRow>>(Ask::Bindings{query});
}

/*!
    Shows the broker as a whole: its nodes, their alarms, totals and rates. This and what follows
    need Capability::Overview; without it the answer is Error::Unsupported.
*/
Pending<BrokerOverview> Browser::overview()
{
    return d->ask<BrokerOverview>(Ask::Overview{});
}

/*! Lists the connections of all clients that this user may see, a page as \a query says. */
Pending<RowPage<ConnectionRow>> Browser::connections(const RowQuery &query)
{
    return d->ask<RowPage<ConnectionRow>>(Ask::Connections{query});
}

/*!
    Lists the channels of all clients that this user may see, a page as \a query says. With
    ChannelQuery::holding those that hold messages, the most first: RabbitMQ counts what is held by
    channel, so of a channel with several consumers it is not known which of them holds how many.
*/
Pending<RowPage<ChannelRow>> Browser::channels(const ChannelQuery &query)
{
    return d->ask<RowPage<ChannelRow>>(Ask::Channels{query});
}

/*! Lists the consumers of all queues, a page as \a query says; its filter is for the queues. */
Pending<RowPage<ConsumerRow>> Browser::allConsumers(const RowQuery &query)
{
    return d->ask<RowPage<ConsumerRow>>(Ask::AllConsumers{query});
}

/*! Lists the policies of the virtual host, and those of its operators. */
Pending<QList<PolicyRow>> Browser::policies()
{
    return d->ask<QList<PolicyRow>>(Ask::Policies{});
}

/*! Shows what the user of this connection may do in its virtual host. */
Pending<Permissions> Browser::permissions()
{
    return d->ask<Permissions>(Ask::CallersPermissions{});
}

} // namespace Qombu
