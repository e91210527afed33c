// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/asker.h"

#include <Qombu/channel.h>

namespace Qombu {

/*!
    \class Qombu::Channel
    \inmodule Qombu
    \inheaderfile Qombu/Channel
    \brief Declares, binds, purges and removes, and fetches single messages.

    Each call is one request with one answer. A request waits for the link, and opens the connection
    if need be; without an answer it fails with Error::Timeout after
    \l ConnectionOptions::requestTimeout, and the text names the last error of connecting. One that
    was under way when the link broke fails with that error: whether it was carried out is unknown.
    Other errors of any request are Error::Cancelled, when the connection is closed or destroyed
    before, and the error that made the connection give up.

    A Channel survives reconnects, and what was declared through it is declared again: exchanges
    first, then queues, then bindings. What was removed or unbound through it is forgotten.

    Publishes that are made after a declaration wait for its answer.

    Belongs to the thread of its Connection, as all handles do.
*/

/*! Makes a channel of \a connection, which becomes its parent. */
Channel::Channel(Connection *connection)
    : QObject(connection)
    , d(std::make_unique<Asker>(connection))
{
}

/*! Deletes the handle. Messages the user holds can still be settled. */
Channel::~Channel() = default;

/*! Returns the connection it was made with. */
Connection *Channel::connection() const
{
    return d->connection;
}

/*!
    Declares \a exchange; a passive one is only checked, and answers Error::NotFound with reply code
    404 if it does not exist. On Redis, which stores no exchanges, one exists if this connection
    declared it. One that exists with another type, durability, auto-delete or arguments is
    Error::Channel with reply code 406 (AMQP 0-9-1 §1.7.2.1); one of ExchangeType::Headers is
    Error::Unsupported.
*/
Pending<void> Channel::declare(const Exchange &exchange)
{
    return d->ask<void>(Ask::Declare<Exchange>{exchange});
}

/*!
    Declares \a queue with its exchanges and bindings, and answers its name and how many messages it
    has. One without a name gets one, \c{amq.gen-…}, which the answer tells; see Queue. A
    passive one is only checked: Error::NotFound. Where something is refused the first error
    answers, but the rest may have been done.
*/
Pending<QueueInfo> Channel::declare(const Queue &queue)
{
    return d->ask<QueueInfo>(Ask::Declare<Queue>{queue});
}

/*!
    Adds \a binding. Nothing can be bound to the default exchange: Error::Channel. On Redis a topic
    key with \c * or \c # inside a longer word is Error::Configuration.
*/
Pending<void> Channel::bind(const Binding &binding)
{
    return d->ask<void>(Ask::Bind{binding});
}

/*! Removes \a binding. No error if there is none. */
Pending<void> Channel::unbind(const Binding &binding)
{
    return d->ask<void>(Ask::Unbind{binding});
}

/*!
    Asks about \a queue without declaring it; Error::NotFound if it does not exist. On Redis an
    empty queue exists as long as something is bound to it.
*/
Pending<QueueInfo> Channel::inspect(const QString &queue)
{
    return d->ask<QueueInfo>(Ask::Inspect{queue});
}

/*!
    Removes all ready messages of \a queue and answers how many they were; 0 if there is no such
    queue. Held messages stay held.
*/
Pending<qint64> Channel::purge(const QString &queue)
{
    return d->ask<qint64>(Ask::Purge{queue});
}

/*!
    Removes \a queue with all its bindings and messages, and answers how many messages it had; 0 if
    there is no such queue. Only the name counts. With \a options it is removed only under their
    conditions; otherwise the answer is Error::Channel with reply code 406, and nothing has changed.

    It stays removed: no producer, consumer or binding of this connection declares it again, and its
    consumers of that queue end with Consumer::cancelledByBroker().
*/
Pending<qint64> Channel::remove(const Queue &queue, const RemoveOptions &options)
{
    return d->ask<qint64>(Ask::Remove<Queue>{queue, options});
}

/*!
    Removes \a exchange with its bindings; queues stay. Only the name counts. \a options and what
    follows are as for queues.
*/
Pending<void> Channel::remove(const Exchange &exchange, const RemoveOptions &options)
{
    return d->ask<void>(Ask::Remove<Exchange>{exchange, options});
}

/*!
    Fetches the next message of \a queue, or none if there is none now. What \a mode means is as
    with Consumer::setAckMode(). A body that cannot be decoded comes with Message::error(); JSON,
    text and bytes are accepted. A message that nobody can receive any more (the request timed out,
    or its Pending and its continuations are gone) goes back to its queue; AckMode::Auto and
    AckMode::None acknowledge only what was handed over. A settlement that came too late is told in
    the log only.
*/
Pending<std::optional<Message>> Channel::get(const QString &queue, AckMode mode)
{
    ConnectionPrivate *const owner = ConnectionPrivate::get(d->connection);
    if (!owner)
        return Result<std::optional<Message>>(ConnectionPrivate::connectionGone());
    return owner->get(queue, mode);
}

} // namespace Qombu
