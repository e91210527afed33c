// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/connectionprivate.h"
#include "port/transportregistry.h"

#include <Qombu/channel.h>
#include <Qombu/connection.h>

#include <QtCore/qthread.h>

namespace Qombu {

/*!
    \class Qombu::Connection
    \inmodule Qombu
    \inheaderfile Qombu/Connection
    \brief A wish to be connected to a broker.

    A Connection opens when it is first needed: by open(), whenOpen(), Consumer::start(),
    Producer::publish() or a request of a Channel or Browser. When the link is lost it is opened
    again, with growing delays (\l ConnectionOptions::retryFirst to
    \l ConnectionOptions::retryMaximum), through all URLs of a failover list; then everything that
    was declared is declared again, consumers consume again, and publishes that were not confirmed
    are sent again in their order. \b{A publish that was under way when the link broke may therefore
    arrive twice.}

    A wrong URL is not tried for ever, nor is a wrong password after its second refusal (with a
    failover list: after one refusal by each URL). Then, and after \l ConnectionOptions::retryLimit
    rounds, the connection becomes Closed, error() says why, and whatever waits fails with that
    error. open(), or anything else that needs the broker, tries again.

    \section1 Threads

    Connection, Channel, Producer, Consumer, SimpleQueue and Browser are handles: they belong to the
    thread that made the Connection, and their signals and answers arrive there; using them in
   another one is an error that is warned of once, and an assertion where Qt's are on. The engine
   behind them lives on \l ConnectionOptions::hub: this thread's Hub unless said otherwise. With
    Hub::background(), heartbeats and leases do not wait for a busy GUI thread.

    \section1 Closing

    close() and the destructor send the settlements that were made, give back what is held, and give
    unsettled publishes up to \l ConnectionOptions::closeTimeout; then they fail with
    Error::Cancelled. Where an event loop runs, the destructor does not block: the engine finishes
    in the background. Where none runs (after \c{app.exec()}, in console programs), it turns the
    loop, or waits for the other thread, for at most that time.
*/

/*!
    Makes a handle for \a url with default options and \a parent; nothing is opened yet, and the URL
    is not checked: what is wrong with it is told by errorOccurred() after the first use.
*/
Connection::Connection(const BrokerUrl &url, QObject *parent)
    : Connection(url, ConnectionOptions(), parent)
{
}

/*! Makes a handle for \a url with \a options and \a parent; nothing is opened yet. */
Connection::Connection(const BrokerUrl &url, const ConnectionOptions &options, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<ConnectionPrivate>(this, url, options))
{
}

/*!
    Closes. Answers that are still on their way become Error::Cancelled, unsettled publishes too,
    and no signal comes any more. Consumers, Producers and the like may outlive the Connection; what
    is asked of them then is answered with Error::Cancelled.
*/
Connection::~Connection()
{
    d->shutDown();
}

/*! Returns the URL it was made with, password included; printing it masks the password. */
BrokerUrl Connection::url() const
{
    return d->url;
}

/*!
    Returns the options it was made with, and the Hub that registerWith() named. Times beyond a
    century read as one.
*/
ConnectionOptions Connection::options() const
{
    return d->options;
}

/*! Returns what the connection is doing now. */
Connection::State Connection::state() const
{
    return d->state;
}

/*! Returns the last error that errorOccurred() told; none at first and after each opening. */
Error Connection::error() const
{
    return d->error;
}

/*!
    Returns whether the broker refuses writes for now: on Redis for want of memory, or because it
    cannot save. A new link begins with false.
*/
bool Connection::isBlocked() const
{
    return d->isBlocked;
}

/*!
    Returns what the broker can do: of the server that was reached last, and before that what
    transports of the URL's scheme can do as a rule (of a failover list the first URL counts).
    Nothing if there is no such transport.
*/
Capabilities Connection::capabilities() const
{
    if (d->capabilities)
        return *d->capabilities;
    const auto info = TransportRegistry::find(d->url.scheme());
    return info.isOk() ? info->capabilities : Capabilities();
}

/*!
    Returns what the broker said about itself when it was last opened; empty before. On Redis:
    \c product ("Redis"), \c version, \c tracking (whether the server tells of new messages or is
    polled), and the fields of \c{INFO server} by their own names, where the user may ask for them.
*/
QVariantMap Connection::serverProperties() const
{
    return d->serverProperties;
}

/*!
    Says that the engine shall live on \a hub: Kombu's way to choose the loop that drives a
    connection. Only before the first use, for a Connection belongs to exactly one Hub: later it
    returns Error::Unsupported and changes nothing. The Hub is not owned.
*/
Error Connection::registerWith(Hub *hub)
{
    if (d->hasEngine() && d->options.hub != hub) {
        return Error(Error::Unsupported,
                     tr("A connection that is in use cannot change its Hub: call registerWith() "
                        "first."));
    }
    d->useHub(hub);
    return {};
}

/*!
    Opens, unless it is open or being opened. Also after giving up; during close() it opens after
    that. Returns at once: stateChanged() and errorOccurred() tell what becomes of it.
*/
void Connection::open()
{
    d->order(Order::Open());
}

/*!
    Opens, and answers when it is open and everything wanted is declared again; with Error::Timeout
    after \l ConnectionOptions::requestTimeout, with the error that made it give up, or with
    Error::Cancelled if it is closed before.
*/
Pending<void> Connection::whenOpen()
{
    return d->ask<void>(Ask::WhenOpen());
}

/*!
    Closes, and answers when it is closed, at the latest after \l ConnectionOptions::closeTimeout;
    the answer is never an error. Settlements are sent, what is held is given back, publishes are
    waited for; requests that wait fail with Error::Cancelled, and so does a publish() from now on.
    After a lost link that may take a new one; settlements that no link brought to the broker in
   time are told by notice(), with BrokerNotice::Unsettled, or by Consumer::settlementLost().
    Consumers and declarations stay wanted: when it is opened again, they are there again.
*/
Pending<void> Connection::close()
{
    return d->close();
}

/*!
    Opens and turns the event loop until it is open: for console programs. Returns false if it is
    not open after \a timeout or \l ConnectionOptions::requestTimeout, or gave up; error() says why.
*/
bool Connection::waitForOpened(std::chrono::milliseconds timeout)
{
    return whenOpen().wait(timeout).isOk();
}

/*! Returns a Channel of its own, made at the first call and owned by this Connection. */
Channel *Connection::defaultChannel()
{
    if (!d->defaultChannel)
        d->defaultChannel = new Channel(this);
    return d->defaultChannel;
}

/*!
    Replaces the password, such as a token that runs out: the open session goes on with \a secret,
    and every log-in from now on uses it, unless ConnectionOptions::credentials is asked. Opens if
    need be. The broker answers that it has taken it; one that cannot, which are all but RabbitMQ,
    is Error::Unsupported: there \a secret is for the next log-in only.
*/
Pending<void> Connection::updateSecret(const QString &secret)
{
    return d->ask<void>(Ask::UpdateSecret{secret});
}

/*!
    Turns this thread's event loop until at least one message was delivered to a Consumer of this
    connection, by messageReceived() or decodeFailed(). Returns Error::Timeout if none came within
    \a timeout, and Error::Cancelled if a slot deleted the connection. For console programs, as in
    Kombu.
*/
Result<void> Connection::drainEvents(std::chrono::milliseconds timeout)
{
    const QPointer<Connection> guard(this);
    const qint64 before = d->desk.delivered();
    const auto wake = d->deliveryWake(); // a slot may delete the connection
    const bool came =
        Detail::waitUntil([&] { return !guard || d->desk.delivered() != before; }, timeout, *wake);
    if (!guard)
        return ConnectionPrivate::connectionGone();
    return came ? Result<void>() : Result<void>(Detail::waitTimedOut(timeout));
}

/*!
    Returns the bytes of all unsettled publishes: encoded bodies, and 256 for each.
    \sa ConnectionOptions::publishBufferBytes
*/
qint64 Connection::bufferedBytes() const
{
    return d->ledger.bytes();
}

/*! Returns how many publishes are not settled: neither confirmed nor failed. */
int Connection::unsettledPublishes() const
{
    return d->ledger.size();
}

/*! \reimp */
void Connection::customEvent(QEvent *event)
{
    d->hear(*event);
}

} // namespace Qombu
