// SPDX-License-Identifier: BSD-3-Clause
#include "client/connection_p.h"
#include "client/engine.h"
#include "transport/transportregistry.h"

#include <Qombu/channel.h>
#include <Qombu/connection.h>

#include <QtCore/qthread.h>

namespace Qombu {

/*!
    \class Qombu::Connection
    \inmodule Qombu
    \brief A wish to be connected to a broker.

    A Connection opens when it is first needed: by open(), opened(), Consumer::start(),
    Producer::publish() or a request of a Channel or Browser. When the link is lost it is opened
    again, with growing delays (\l ConnectionOptions::retryFirst to \l
   ConnectionOptions::retryMaximum), through all URLs of a failover list; then everything that was
   declared is declared again, consumers consume again, and publishes that were not confirmed are
   sent again in their order. \b{A publish that was under way when the link broke may therefore
   arrive twice.}

    A wrong password or URL is not tried for ever: the connection becomes Closed, error() says why,
    and whatever waits fails with that error. open() tries again.

    \section1 Threads

    Connection, Channel, Producer, Consumer, SimpleQueue and Browser are handles: they belong to the
    thread that made the Connection, and their signals and answers arrive there. The engine behind
    them lives on \l ConnectionOptions::hub: this thread's Hub unless said otherwise. With
    Hub::background(), heartbeats and leases do not wait for a busy GUI thread.

    \section1 Closing

    close() and the destructor send the settlements that were made, give back what is held, and give
    unsettled publishes up to \l ConnectionOptions::closeTimeout; then they fail with
    Error::Cancelled. Where an event loop runs, the destructor does not block: the engine finishes
    in the background. Where none runs (after \c{app.exec()}, in console programs), it turns the
    loop, or waits for the other thread, for at most that time.
*/

/*!
    \enum Qombu::Connection::State

    \value Closed  Nothing is tried. The first state, and that after close() or giving up.
    \value Connecting  An attempt is under way.
    \value Open  There is a link.
    \value Waiting  An attempt failed or the link was lost; the next attempt comes after a delay.
    \value Closing  close() was called and has not ended.
*/

/*!
    \fn void Qombu::Connection::errorOccurred(const Qombu::Error &error)
    An attempt to connect failed with \a error, the link was lost, or something that was declared
    before could not be declared again.
*/

/*!
    \fn void Qombu::Connection::reconnecting(int attempt, std::chrono::milliseconds delay, const
   QString &url) \a url (without password) is tried after \a delay; \a attempt have been made.
*/

/*!
    \fn void Qombu::Connection::bufferDrained()
    No publish is unsettled any more. A program that publishes faster than the broker takes can stop
    at some bufferedBytes() and go on here.
*/

/*! Makes a handle for \a url with default options; nothing is opened yet. */
Connection::Connection(const BrokerUrl &url, QObject *parent)
    : Connection(url, ConnectionOptions(), parent)
{
}

/*! Makes a handle for \a url with \a options; nothing is opened yet. */
Connection::Connection(const BrokerUrl &url, const ConnectionOptions &options, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<ConnectionPrivate>(this, url, options))
{
}

/*! Closes. Answers that are still on their way become Error::Cancelled. */
Connection::~Connection()
{
    d->shutDown();
}

/*! Returns the URL it was made with; printing it masks the password. */
BrokerUrl Connection::url() const
{
    return d->url;
}

/*! Returns the options it was made with. */
ConnectionOptions Connection::options() const
{
    return d->options;
}

Connection::State Connection::state() const
{
    return d->state;
}

/*! Returns the last error; none while open. */
Error Connection::error() const
{
    return d->error;
}

/*! Returns whether the broker refuses writes for now. */
bool Connection::isBlocked() const
{
    return d->isBlocked;
}

/*! Returns what the transport of url() can do; known before it is opened. */
Capabilities Connection::capabilities() const
{
    const auto info = TransportRegistry::find(d->url.scheme());
    return info.isOk() ? info->capabilities : Capabilities();
}

/*! Returns what the broker said about itself when it was last opened. */
QVariantMap Connection::serverProperties() const
{
    return d->serverProperties;
}

/*!
    Says that the engine shall live on \a hub: Kombu's way to choose the loop that drives a
    connection. Only before the first use; a Connection belongs to exactly one Hub.
*/
void Connection::registerWith(Hub *hub)
{
    Q_ASSERT_X(!d->hasEngine() || d->options.hub == hub, "Connection::registerWith",
               "the connection is in use already");
    if (!d->hasEngine())
        d->options.hub = hub;
}

/*! Opens, unless it is open or being opened. Also after giving up. */
void Connection::open()
{
    d->send(EngineCall([](Engine &engine) { engine.open(); }));
}

/*!
    Opens, and answers when it is open; with Error::Timeout after \l
   ConnectionOptions::requestTimeout or with the error that made it give up.
*/
Pending<void> Connection::opened()
{
    return d->ask<void>([](Engine &engine, Done<void> done) { engine.whenOpen(std::move(done)); });
}

/*!
    Closes, and answers when it is closed. Consumers and declarations stay wanted: when it is opened
    again, they are there again.
*/
Pending<void> Connection::close()
{
    return d->close();
}

/*! Opens and turns the event loop until it is open: for console programs. False at \a timeout. */
bool Connection::waitForOpened(std::chrono::milliseconds timeout)
{
    return opened().wait(timeout).isOk();
}

/*! Returns a Channel of its own, made at the first call. */
Channel *Connection::defaultChannel()
{
    if (!d->defaultChannel)
        d->defaultChannel = new Channel(this);
    return d->defaultChannel;
}

/*!
    Turns this thread's event loop until at least one message was delivered to a Consumer of this
    connection; Error::Timeout if none came within \a timeout. For console programs, as in Kombu.
*/
Result<void> Connection::drainEvents(std::chrono::milliseconds timeout)
{
    const QPointer<Connection> guard(this);
    const qint64 before = d->deliveredMessages();
    const auto wake = d->deliveryWake(); // a slot may delete the connection
    const bool came = Detail::waitUntil([&] { return !guard || d->deliveredMessages() != before; },
                                        timeout, *wake);
    if (!guard)
        return ConnectionPrivate::connectionGone();
    return came ? Result<void>() : Result<void>(Detail::waitTimedOut(timeout));
}

/*! Returns the bytes of all unsettled publishes: bodies, and 256 for each. */
qint64 Connection::bufferedBytes() const
{
    return d->ledger().bytes();
}

/*! Returns how many publishes are not settled. */
int Connection::unsettledPublishes() const
{
    return d->ledger().size();
}

} // namespace Qombu
