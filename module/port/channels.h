// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"

#include <Qombu/queue.h>
#include <Qombu/removeoptions.h>

#include <optional>
#include <vector>

namespace Qombu {

// Everything about channels lives in the Hub's thread and does not block. A channel is owned by who
// opened it and may be destroyed at any time, also inside its own callbacks and answers, and later
// than its link, which answers nothing any more then. Its listener outlives it and hears nothing
// after it. Answers may come before the call that asks returns.

// Declares, binds and removes. A refusal is the answer to its own request and disturbs no other
// request, no publish and no delivery: a broker that closes its channel then is given a new one,
// and what stood behind the refusal is asked again, unseen from here. Requests are carried out in
// order.
class TopologyChannel
{
public:
    virtual ~TopologyChannel();
    // A passive one is only looked for: Error::NotFound, 404. One that exists otherwise is
    // Error::Channel, 406; one that may not be declared is 403. Both may be usable as they are.
    virtual void declare(const Exchange &exchange, Done<void> done) = 0;
    // The queue alone, without exchanges and bindings. One without a name gets one, which the
    // answer tells.
    virtual void declare(const Queue &queue, Done<QueueInfo> done) = 0;
    virtual void bind(const Binding &binding, Done<void> done) = 0;
    virtual void unbind(const Binding &binding, Done<void> done) = 0;
    // Nobody on this link wants it any more; it stays at the broker. For transports that see to it
    // that bindings are there.
    virtual void unwanted(const Binding &) {}
    virtual void inspect(const QString &queue, Done<QueueInfo> done) = 0;
    virtual void purge(const QString &queue, Done<qint64> done) = 0;
    virtual void remove(const Queue &queue, const RemoveOptions &options, Done<qint64> done) = 0;
    virtual void remove(const Exchange &exchange, const RemoveOptions &options,
                        Done<void> done) = 0;
};

struct ConsumeRequest
{
    quint64 consumer = 0; // its number, unique for the life of the Connection
    QList<Queue> queues; // by name; each once
    bool noAck = false;
    bool exclusive = false; // Error::Channel, 403, if somebody else consumes from a queue
    QString tag; // empty: the broker or the transport chooses
    int count = 16; // unsettled messages over all its queues; 0: no limit but the bytes
    qint64 bytes = 16 << 20; // where the transport has Capability::PrefetchBytes
    bool again = false; // it consumed before: what it may not do now may be granted again
};

class DeliveryListener
{
public:
    virtual ~DeliveryListener();
    virtual void delivered(std::vector<IncomingMessage> &&messages) = 0; // in order
    // The broker ended it for one queue: it is consumed from no more. Others go on.
    virtual void consumerCancelled(const QString &queue, const Error &why) = 0;
    // The channel is finished, the link lives on. Without Capability::HeldOutlivesLink what it
    // delivered can no longer be settled and comes again.
    virtual void channelClosed(const Error &why) = 0;
};

// Fetches messages for one consumer, or single ones for get(). Its end ends the consumer; what was
// delivered stays held, and is settled through the link.
class DeliverChannel
{
public:
    virtual ~DeliverChannel();
    // Nothing, if there is no message now. Held until it is settled, unless noAck. Error::NotFound
    // does not disturb what is held.
    virtual void get(const QString &queue, bool noAck,
                     Done<std::optional<IncomingMessage>> done) = 0;
    // One consumer a channel. A refusal disturbs nothing that is held; of several queues
    // Error::where() names the one that it is about, "queue/NAME", if the broker said so.
    virtual void consume(const ConsumeRequest &request, Done<void> done) = 0;
    // Another channel may consume for the same consumer while this one does.
    virtual bool mayBeReplaced() const { return false; }
    virtual void setWindow(int count, qint64 bytes) = 0;
    // Delivers no more, without leaving the queues: a paused consumer keeps an auto-delete queue.
    virtual void setPaused(bool paused) = 0;
    // Nothing is delivered after done. Deliveries stay held.
    virtual void cancel(Done<void> done) = 0;
};

class PublishListener
{
public:
    virtual ~PublishListener();
    virtual void published(std::vector<PublishOutcome> &&outcomes) = 0; // in any order
    // So much may be unanswered in all; unlimited until this is told. One larger message alone may
    // exceed it.
    virtual void publishRoom(int messages, qint64 bytes) = 0;
    // The channel is finished, the link lives on; what was not answered is open. Error::where()
    // names what the broker complained about, "exchange/NAME" or "queue/NAME", if it said so.
    virtual void channelClosed(const Error &why) = 0;
};

class PublishChannel
{
public:
    virtual ~PublishChannel();
    virtual void publish(std::vector<OutgoingMessage> &&messages) = 0; // order kept
    // The same, and where the broker refuses one of them by closing the channel it has none of
    // them, as far as that can be had.
    virtual void publishTogether(std::vector<OutgoingMessage> &&messages)
    {
        publish(std::move(messages));
    }
    // Those that were given to it and that no broker can have.
    virtual std::vector<quint64> unsent() const { return {}; }
};

} // namespace Qombu
