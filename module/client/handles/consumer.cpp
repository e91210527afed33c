// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/consumer_p.h"
#include "content/serializerregistry.h"
#include "core/logging_p.h"

#include <Qombu/consumer.h>

#include <QtCore/qmetaobject.h>

#include <algorithm>

namespace Qombu {

/*!
    \class Qombu::Consumer
    \inmodule Qombu
    \inheaderfile Qombu/Consumer
    \brief Delivers the messages of queues as signals.

    After start() the queues are declared (with their exchanges and bindings, unless
    setDeclaresQueues(false)) and consumed, as soon as there is a link, and again after every loss.
    Messages arrive by messageReceived(); each must be settled with Message::ack(),
    Message::reject() or Message::requeue(), in AckMode::Manual. At most prefetchCount() messages
    and prefetchBytes() bytes are unsettled at a time; what was fetched and waits for its turn
    counts. In AckMode::None nothing is ever unsettled; then no more is fetched while 1024 messages,
    or 16 MiB, or prefetchBytes() if that is more, wait to be delivered.

    Slots may do everything: settle, publish, cancel(), delete the Consumer or the Connection, turn
    a nested event loop. At most 64 signals are sent in one turn of the event loop.

    Where the broker keeps no broadcasts (Redis), a message of a fanout exchange comes whether there
    is room for it or not, and there is nothing to settle at the broker. So many of them wait for a
    consumer that is paused or slow as its prefetch window allows, but at least 1024 and 16 MiB;
    those that were delivered count until they are settled or nobody holds a copy. Newer ones are
    dropped; errorOccurred() tells so with Error::LimitExceeded when that begins, and again if it
    begins anew after the consumer has caught up.

    A message that was delivered before a link was lost stays held, and can be settled, where the
    broker has Capability::HeldOutlivesLink (Redis, where it is a lease). Elsewhere it can be
   settled without harm, but in vain: the broker delivers it again. What the broker does not know
   any more, settlementLost() tells.

    Of several queues, one that is refused, deleted by somebody else or out of reach does not keep
    the others from being consumed. errorOccurred() tells of it once; Error::where() is
    "queue/NAME". Where it may be granted later (Error::isRecoverable()), or can be declared again,
    it is asked for again, with the delays of \l ConnectionOptions::retryFirst to
    \l ConnectionOptions::retryMaximum; otherwise it is left, and queues() is without it. With its
    last queue the consumer ends. After a reconnect an exclusive queue may be locked until the
    broker has noticed the loss of the connection before: that is waited for, and told only when it
    takes longer than three minutes.

    A prefetch window that is full of messages which nobody holds a copy of, and nobody settled,
    fetches nothing any more; one warning is logged.

    Belongs to the thread of its Connection, as all handles do, and may outlive it.
*/

ConsumerPrivate::ConsumerPrivate(Consumer *consumer, Connection *to, const QList<Queue> &queues)
    : q(consumer)
    , owner(ConnectionPrivate::get(to))
    , connection(to)
{
    wish.queues = queues;
    if (owner && owner->isShuttingDown())
        owner = nullptr;
    if (owner)
        owner->desk.addHandle(this);
}

Pending<void> ConsumerPrivate::cancel()
{
    if (!isStarted() || !owner)
        return Result<void>();
    reportTaken();
    const quint64 cancelled = std::exchange(id, 0);
    return owner->desk.cancel(cancelled, std::exchange(batches, {}));
}

void ConsumerPrivate::tune()
{
    if (isStarted() && owner)
        owner->order(Order::Tune{id, wish});
}

template<typename T>
Error ConsumerPrivate::setUnlessStarted(const char *name, T ConsumerWish::*member, const T &value)
{
    if (isStarted()) {
        return Error(Error::Unsupported,
                     Consumer::tr("%1 cannot be changed while the consumer is started: cancel() it "
                                  "first.")
                         .arg(QLatin1String(name)));
    }
    wish.*member = value;
    return {};
}

void ConsumerPrivate::setPaused(bool paused)
{
    if (wish.isPaused == paused)
        return;
    wish.isPaused = paused;
    tune();
    if (owner && hasDeliverable()) {
        owner->desk.deliverLater(id);
        owner->wakeLater();
    }
    if (paused && state == Consumer::Consuming)
        changeState(Consumer::Paused);
    else if (!paused && state == Consumer::Paused)
        changeState(Consumer::Consuming);
}

void ConsumerPrivate::changeState(Consumer::State newState)
{
    if (state == newState)
        return;
    state = newState;
    Q_EMIT q->stateChanged(newState);
}

void ConsumerPrivate::engineStateChanged(Consumer::State newState)
{
    if (newState == Consumer::Stopped)
        cancel(); // refused for good: what was fetched before goes back
    const bool isRunning = newState == Consumer::Consuming || newState == Consumer::Paused;
    if (isRunning)
        newState = wish.isPaused ? Consumer::Paused : Consumer::Consuming;
    changeState(newState);
}

bool ConsumerPrivate::hasDeliverable() const
{
    return isStarted() && !wish.isPaused && !batches.empty();
}

void ConsumerPrivate::deliverNext()
{
    FetchedBatch &batch = batches.front();
    FetchedMessage &fetched = batch.messages[batch.next++];
    const MessageData &data = MessageBuilder::data(fetched.message);
    auto delivery = std::make_shared<Delivery>(owner->courier(),
                                               DeliveryKey{fetched.delivery, id,
                                                           fetched.broadcastBytes, fetched.memory,
                                                           data.queue, data.content->deliveryTag},
                                               wish.ackMode);
    const Message message =
        MessageBuilder::delivered(std::move(fetched.message), std::move(delivery));
    if (batch.next == batch.messages.size())
        batches.pop_front();
    if (wish.ackMode == AckMode::None)
        ++m_taken;

    const Error error = message.error();
    if (!error.isError()) {
        Q_EMIT q->messageReceived(message);
        return;
    }
    static const auto signal = QMetaMethod::fromSignal(&Consumer::decodeFailed);
    if (!q->isSignalConnected(signal) && !m_warned) {
        m_warned = true;
        qCWarning(lcClient).noquote()
            << Consumer::tr("A message of \"%1\" cannot be decoded and stays unsettled; connect to "
                            "decodeFailed() to decide what becomes of such messages. %2")
                   .arg(message.queue(), error.text());
    }
    Q_EMIT q->decodeFailed(message, error);
}

void ConsumerPrivate::reportTaken()
{
    if (m_taken > 0 && isStarted() && owner)
        owner->order(Order::Took{id, m_taken});
    m_taken = 0;
}

// Without acknowledgement the broker does not send it again.
void ConsumerPrivate::drop(quint64 last)
{
    if (wish.ackMode == AckMode::None)
        return;
    for (FetchedBatch &batch : batches) {
        const auto first = batch.messages.begin() + std::ptrdiff_t(batch.next);
        const auto isDead = [last](const FetchedMessage &message) {
            return message.delivery <= last && message.broadcastBytes == 0;
        };
        batch.messages.erase(std::remove_if(first, batch.messages.end(), isDead),
                             batch.messages.end());
    }
    std::erase_if(batches,
                  [](const FetchedBatch &batch) { return batch.next == batch.messages.size(); });
}

void ConsumerPrivate::connectionGone()
{
    owner = nullptr;
    id = 0;
    batches.clear();
    state = Consumer::Stopped;
}

/*!
    Makes a consumer of \a queue over \a connection, with \a parent. Nothing happens before start().
    The connection is not owned.
*/
Consumer::Consumer(Connection *connection, const Queue &queue, QObject *parent)
    : Consumer(connection, QList<Queue>{queue}, parent)
{
}

/*!
    Makes a consumer of \a queues over \a connection, with \a parent. A queue without a name gets
    one when it is declared: the same on every link, or, where the broker names queues
    (Capability::ServerNamesQueues), another on each, which Connection::queueRenamed() tells.
*/
Consumer::Consumer(Connection *connection, const QList<Queue> &queues, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<ConsumerPrivate>(this, connection, queues))
{
}

/*! Cancels, as cancel() does. Messages the user still holds can be settled. */
Consumer::~Consumer()
{
    if (!d->owner)
        return;
    d->cancel();
    d->owner->desk.removeHandle(d.get());
}

/*! Returns the connection it consumes over; null once that is destroyed. */
Connection *Consumer::connection() const
{
    return d->connection;
}

/*!
    Returns the queues, with the names they have by now; without those that went for good while it
    went on with the others.
*/
QList<Queue> Consumer::queues() const
{
    QList<Queue> queues = d->wish.queues;
    for (Queue &queue : queues) {
        if (d->owner && queue.name().isEmpty())
            queue.setName(d->owner->nameOf(queue));
    }
    return queues;
}

/*! Returns what the consumer is doing now. */
Consumer::State Consumer::state() const
{
    return d->state;
}

/*! Returns how many messages may be unsettled at a time; default 16, 0: no limit but the bytes. */
int Consumer::prefetchCount() const
{
    return d->wish.prefetchCount;
}

/*!
    Allows \a messages unsettled messages over all queues, default 16; 0 sets no limit but the
    bytes. At any time, and at once. In AckMode::None it counts for broadcasts only.

    Returns Error::Configuration for a negative number, and Error::Unsupported for 0 where the
    broker cannot limit by bytes (Capability::PrefetchBytes); nothing is changed then.
*/
Error Consumer::setPrefetchCount(int messages)
{
    if (messages < 0)
        return Error(Error::Configuration,
                     tr("A prefetch count cannot be negative: %1").arg(messages));
    if (messages == 0 && d->connection
        && !d->connection->capabilities().testFlag(Capability::PrefetchBytes)) {
        return Error(Error::Unsupported,
                     tr("This broker cannot limit unsettled messages by bytes: set a prefetch "
                        "count of 1 or more."));
    }
    if (std::exchange(d->wish.prefetchCount, messages) != messages) {
        d->tune();
        Q_EMIT prefetchCountChanged(messages);
    }
    return {};
}

/*! Returns how many bytes of messages may be unsettled at a time; default 16 MiB. */
qint64 Consumer::prefetchBytes() const
{
    return d->wish.prefetchBytes;
}

/*!
    Allows unsettled messages of \a bytes in all, default 16 MiB; one larger message is delivered
    alone. At any time, and at once. In AckMode::None it bounds what is fetched ahead, if it is more
    than 16 MiB. Returns Error::Configuration, and changes nothing, for less than 1.

    It bounds what decoding may take as well, because a few bytes can unpack to many: while the
    decoded bodies of unsettled messages take more than four times \a bytes of memory (or 64 MiB, if
    that is more), further messages wait undecoded. JSON of more than a quarter of \a bytes values
    (or 4194304) is not decoded, where a text of n bytes counts as n / 32 more: it arrives by
    decodeFailed(), with Error::LimitExceeded.
*/
Error Consumer::setPrefetchBytes(qint64 bytes)
{
    if (bytes < 1)
        return Error(Error::Configuration,
                     tr("A prefetch window has at least one byte, not %1").arg(bytes));
    d->wish.prefetchBytes = bytes;
    d->tune();
    return {};
}

/*! Returns who settles; default AckMode::Manual. */
AckMode Consumer::ackMode() const
{
    return d->wish.ackMode;
}

/*! Sets who settles to \a mode. Returns Error::Unsupported, and changes nothing, while started. */
Error Consumer::setAckMode(AckMode mode)
{
    return d->setUnlessStarted("ackMode", &ConsumerWish::ackMode, mode);
}

/*! Returns the tag that setTag() was given; empty by default. */
QString Consumer::tag() const
{
    return d->wish.tag;
}

/*!
    Sets the consumer tag, under which the broker's own tools show it, to \a tag; empty, the
    default, lets the broker choose (AMQP 0-9-1, basic.consume: consumer-tag). Redis has no
   consumers and shows no tag: it has no effect there. Returns Error::Unsupported, and changes
   nothing, while started.
*/
Error Consumer::setTag(const QString &tag)
{
    return d->setUnlessStarted("tag", &ConsumerWish::tag, tag);
}

/*! Returns whether it wants its queues for itself; default false. */
bool Consumer::isExclusive() const
{
    return d->wish.exclusive;
}

/*!
    Sets whether it wants its queues for itself to \a exclusive (AMQP 0-9-1, basic.consume:
    exclusive). While somebody else consumes from one of them it is refused with Error::Channel,
    403, which errorOccurred() tells once, and tried again, with the delays of
    \l ConnectionOptions::retryFirst to \l ConnectionOptions::retryMaximum: a consumer that stands
   by until the other one is gone. Redis does not know who else consumes and refuses it with
    Error::Unsupported; then the consumer is Stopped.

    Returns Error::Unsupported, and changes nothing, while started.
*/
Error Consumer::setExclusive(bool exclusive)
{
    return d->setUnlessStarted("exclusive", &ConsumerWish::exclusive, exclusive);
}

/*! Returns what setAccept() was given; empty, the default, stands for JSON, text and bytes. */
QStringList Consumer::accept() const
{
    return d->wish.accept;
}

/*!
    Allows bodies of the serializers or content types in \a accept only; others arrive by
    decodeFailed() with Error::ContentDisallowed. An empty list means the default: \c json, \c text
    and \c raw. Bytes (\c{application/data}, \c{application/text}) are allowed in any case, pickles
    in none. At any time; it counts for what is fetched from then on. Returns Error::Configuration,
    and changes nothing, for a name that no serializer has; any content type is taken.
*/
Error Consumer::setAccept(const QStringList &accept)
{
    for (const QString &entry : accept) {
        if (!SerializerRegistry::isKnown(entry))
            return Error(Error::Configuration, SerializerRegistry::unknownText(entry));
    }
    d->wish.accept = accept;
    d->tune();
    return {};
}

/*! Returns whether start() declares the queues; default true. */
bool Consumer::declaresQueues() const
{
    return d->wish.declaresQueues;
}

/*!
    Sets whether start() declares the queues to \a declare, default true. Returns
    Error::Unsupported, and changes nothing, while started.
*/
Error Consumer::setDeclaresQueues(bool declare)
{
    return d->setUnlessStarted("declaresQueues", &ConsumerWish::declaresQueues, declare);
}

/*!
    Begins to consume as soon as there is a link, and opens the connection. Does nothing if it is
    started already. Publishes of the connection wait until the first attempt to consume has ended,
    so that what is published after start() is not missed.
*/
void Consumer::start()
{
    if (d->isStarted() || !d->owner)
        return;
    d->id = d->owner->newId();
    d->owner->desk.start(d->id, d.get());
    if (d->owner->order(Order::StartConsumer{d->id, d->wish}))
        d->changeState(Starting);
}

/*!
    Stops. No message comes after it returned, and no other signal but stateChanged(), inside this
    call. What was fetched and not delivered goes back to the front of its queue, in order; in
    AckMode::None it is lost if there is no link. The answer comes when that was sent, and is never
    an error of the broker. Messages the user holds can still be settled.
*/
Pending<void> Consumer::cancel()
{
    Pending<void> pending = d->cancel();
    d->changeState(Stopped);
    return pending;
}

/*!
    Fetches no more, and delivers no more. What was fetched already stays held, and is delivered
    after resume(). May be called before start().

    Broadcasts that the broker does not keep (Redis) are received all the while: the first 1024 or
    16 MiB, or as many as prefetchCount() and prefetchBytes() allow if that is more, are delivered
    after resume(), later ones are lost, and errorOccurred() tells of them with
    Error::LimitExceeded.
*/
void Consumer::pause()
{
    d->setPaused(true);
}

/*! Ends pause(): delivers what was fetched, and fetches again. */
void Consumer::resume()
{
    d->setPaused(false);
}

} // namespace Qombu
