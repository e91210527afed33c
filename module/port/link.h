// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The port between client/ and the transports. Everything here lives in the Hub's thread, nothing
// blocks, and every callback is called at most once and never after its object's destruction.

#include "core/message_p.h"

#include <Qombu/brokerurl.h>
#include <Qombu/connectionoptions.h>
#include <Qombu/inventory.h>
#include <Qombu/queue.h>
#include <Qombu/result.h>

#include <functional>
#include <memory>
#include <vector>

namespace Qombu {

template<typename T>
using Done = std::function<void(Result<T>)>;

struct OutgoingMessage
{
    quint64 id = 0; // of the publish, for PublishOutcome
    MessageContent content; // encoded and compressed
    bool mandatory = true;
};

struct PublishOutcome
{
    quint64 id = 0;
    Error error; // Error::Unroutable: nothing took it; a recoverable one: publish it again
};

struct IncomingMessage
{
    quint64 consumer = 0; // 0: the answer to get()
    quint64 delivery = 0; // per channel, rising; what settle() names
    QString queue;
    MessageContent content;
    // Of a broadcast, which comes whether there is room for it or not, with nothing to settle, and
    // which the broker does not keep: what it weighs. 0: it is none.
    qint64 broadcastBytes = 0;
    Error error; // LinkBrowser: this is no message, and content.body is what there is
};

struct ConsumeRequest
{
    quint64 consumer = 0; // chosen by the caller
    QList<Queue> queues;
    bool noAck = false;
    int prefetchCount = 16; // 0: no limit but the bytes
    qint64 prefetchBytes = 16 << 20;
};

struct SettleRequest
{
    quint64 delivery = 0;
    Settlement settlement = Settlement::Ack;
};

class LinkChannelListener
{
public:
    virtual ~LinkChannelListener();
    virtual void delivered(std::vector<IncomingMessage> &&messages) = 0;
    virtual void published(std::vector<PublishOutcome> &&outcomes) = 0;
    virtual void settledTooLate(quint64 delivery) = 0;
    virtual void consumerCancelled(quint64 consumer, const Error &why) = 0;
    virtual void channelClosed(const Error &why) = 0; // the link lives on
};

// One AMQP-like channel: topology, publishing, consuming, settling.
class LinkChannel
{
public:
    virtual ~LinkChannel(); // gives back to the broker what is held, without waiting
    virtual void declare(const Exchange &exchange, Done<void> done) = 0;
    // With its exchanges and bindings.
    virtual void declare(const Queue &queue, Done<QueueInfo> done) = 0;
    virtual void bind(const Binding &binding, Done<void> done) = 0;
    virtual void unbind(const Binding &binding, Done<void> done) = 0;
    virtual void inspect(const QString &queue, Done<QueueInfo> done) = 0;
    virtual void purge(const QString &queue, Done<qint64> done) = 0;
    virtual void remove(const Queue &queue, Done<qint64> done) = 0;
    virtual void remove(const Exchange &exchange, Done<void> done) = 0;

    virtual void publish(std::vector<OutgoingMessage> &&messages) = 0; // order kept
    virtual void get(const QString &queue, bool noAck,
                     Done<std::optional<IncomingMessage>> done) = 0;

    virtual void consume(const ConsumeRequest &request, Done<void> done) = 0;
    virtual void setPrefetch(quint64 consumer, int count, qint64 bytes) = 0;
    virtual void setPaused(quint64 consumer, bool paused) = 0;
    virtual void cancel(quint64 consumer, Done<void> done) = 0; // deliveries stay held
    virtual void settle(std::vector<SettleRequest> &&requests) = 0;
    // Back to the front of their queues, in the order they were delivered.
    virtual void giveBack(std::vector<quint64> &&deliveries) = 0;
    // The same for what a consumer without acknowledgement was sent and its user never got: the
    // broker has forgotten it. A broker that cannot take it again drops it.
    virtual void putBack(std::vector<IncomingMessage> &&messages);
};

class LinkListener
{
public:
    virtual ~LinkListener();
    virtual void linkOpened(const QVariantMap &serverProperties) = 0;
    virtual void linkFailed(const Error &error) = 0; // once; the link is finished
    virtual void linkClosed() = 0; // the answer to close()
    virtual void linkBlocked(const QString &reason) = 0;
    virtual void linkUnblocked() = 0;
    virtual void contentionChanged(const QString &queue, bool contended) = 0;
    virtual void messageQuarantined(const QString &queue, const Error &why) = 0;
    // The peer works with less than it was asked for (polling instead of tracking …): for the log.
    virtual void linkNotice(const QString &text) = 0;
};

// The read-only questions behind Browser.
class LinkBrowser
{
public:
    virtual ~LinkBrowser();
    virtual void inventory(int maximumRows, Done<Inventory> done) = 0;
    virtual void peek(const QString &queue, int limit, QueueEnd from,
                      Done<std::vector<IncomingMessage>> done) = 0;
    struct Unacked
    {
        QString tag;
        QDateTime deliveredAt;
        QDateTime returnsAt;
        QString queue;
        MessageContent content;
        Error error; // as of an IncomingMessage
    };
    virtual void unacked(int limit, Done<std::vector<Unacked>> done) = 0;
};

// One live session with a broker. Made, opened once, and thrown away when it failed or closed.
class Link
{
public:
    virtual ~Link();
    virtual void open() = 0; // linkOpened() or linkFailed(), by the connect deadline
    virtual void close() = 0; // settlements are sent, held deliveries given back, then linkClosed()
    virtual std::unique_ptr<LinkChannel> openChannel(LinkChannelListener *listener) = 0;
    virtual LinkBrowser *browser() = 0; // null: Capability::Browse is missing
};

// The part of a transport that one Connection has: makes its links, and keeps what must survive
// them (such as which deliveries the last link held, so that the next one gives them back).
class Transport
{
public:
    virtual ~Transport();
    // Error::Configuration names the part of URL or options that is wrong, before anything is
    // opened.
    virtual Error check(const BrokerUrl &url, const ConnectionOptions &options) const = 0;
    virtual std::unique_ptr<Link> createLink(Hub *hub, const BrokerUrl &url,
                                             const ConnectionOptions &options,
                                             LinkListener *listener) = 0;
};

} // namespace Qombu
