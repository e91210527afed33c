// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/amqpplace.h"
#include "transports/amqp/consuming/opendeliveries.h"

#include <deque>

namespace Qombu::Amqp {

// One channel of the broker that fetches: for one consumer, or for get(). It outlives the
// DeliverChannel that it was made for while something is held that came through it, which can be
// settled nowhere else. Hub's thread.
class ConsumingChannel final : public std::enable_shared_from_this<ConsumingChannel>,
                               private ChannelListener
{
public:
    ConsumingChannel(std::shared_ptr<AmqpPlace> place, DeliveryListener *listener);
    ~ConsumingChannel() override; // what is held goes back to its queues

    void get(const QString &queue, bool noAck, Done<std::optional<IncomingMessage>> done);
    void consume(const ConsumeRequest &request, Done<void> done);
    void setWindow(int count, qint64 bytes);
    void setPaused(bool paused);
    void cancel(Done<void> done);
    // Nobody listens any more: consuming ends, and what still arrives goes back.
    void leave();

    // At the end of the turn the broker is told.
    void end(quint64 tag, Ending ending);
    void sendEndings();

private:
    struct Subscription
    {
        QString queue;
        QByteArray tag; // empty until the broker has told it
        bool isCancelled = false;
    };
    using Answered = std::function<void(const Result<SessionEvent> &)>;

    void channelEvents(std::span<SessionEvent> events) override;
    bool ask(Result<Method> &&method, Answered answered);
    void subscribe(const QString &queue, const QString &tag, Answered answered);
    void subscribed(const Error &error);
    void replaceSubscriptions();
    int windowOfEach() const;
    void delivered(SessionEvent &&event);
    IncomingMessage incoming(SessionEvent &&event, const QString &queue, bool noAck);
    void deliver();
    void dropKept();
    void listen();
    void cancelledByBroker(const QByteArray &tag);
    void closed(const Error &why);

    const std::shared_ptr<AmqpPlace> m_place;
    DeliveryListener *m_listener; // null: it left
    quint16 m_channel = 0;
    std::deque<Answered> m_requests; // oldest first
    ConsumeRequest m_wish;
    Done<void> m_consuming; // waits for the answers to m_unanswered
    int m_unanswered = 0;
    std::vector<Subscription> m_subscriptions;
    std::vector<IncomingMessage> m_arrived; // not delivered yet
    qint64 m_arrivedBytes = 0;
    bool m_isPaused = false;
    bool m_isDeaf = false; // the socket is not read for our sake
    OpenDeliveries m_open;
};

} // namespace Qombu::Amqp
