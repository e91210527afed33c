// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/consuming/deafness.h"
#include "transports/amqp/consuming/settlingchannel.h"
#include "transports/amqp/consuming/streamprobe.h"

#include <set>

namespace Qombu::Amqp {

// One consumer, which the broker has one of its own of for each queue. Hub's thread.
class ConsumingChannel final : public SettlingChannel
{
public:
    ConsumingChannel(std::shared_ptr<AmqpPlace> place, DeliveryListener *listener);
    ~ConsumingChannel() override;

    void consume(const ConsumeRequest &request, Done<void> done); // once
    void setWindow(int count, qint64 bytes);
    void setPaused(bool paused);
    bool isPaused() const { return m_isPaused; }
    void cancel(Done<void> done);
    // Nobody listens any more: consuming ends, and what still arrives goes back.
    void leave();
    void stopConsuming(Done<void> done) override;

private:
    struct Subscription
    {
        quint16 queue; // index in m_queues
        QByteArray tag;
        bool isCancelled = false;
    };

    void delivered(SessionEvent &&event) override;
    void cancelledByBroker(const QByteArray &tag) override;
    void arrived() override { deliver(); }
    void closed(const Error &why) override;

    QString tagOf(quint16 queue) const;
    bool hasOneWindow() const;
    int windowOfEach() const;
    Error subscribe(const std::vector<quint16> &queues,
                    const std::function<void(std::size_t, const Error &)> &subscribed);
    void subscribed(const Error &error);
    Error aboutRefused(const Error &why) const;
    void releaseEarlier();
    QVariantMap argumentsOf(quint16 queue);
    void noteOffset(const SessionEvent &event, quint16 queue);
    bool forgetsPlaces(const Error &why);
    void adjustWindow();
    bool canReplace() const;
    void end(const QByteArray &tag);
    void endAll();
    void cancelledByUs(const QByteArray &tag);
    void answerCancels();
    void deliver();
    void deliverNow();
    void dropKept();
    void listen();

    DeliveryListener *m_listener; // null: it left
    ConsumeRequest m_wish;
    QStringList m_queues; // all that it has consumed from
    Done<void> m_consuming; // waits for the answers to m_unanswered
    qsizetype m_unanswered = 0;
    int m_round = 0; // of subscriptions, which have tags of their own
    int m_window = 0; // that those have
    std::size_t m_replacing = 0; // so many new ones are not answered
    std::vector<Subscription> m_subscriptions;
    std::set<quint16> m_placed; // queues that it was to begin at a place of
    std::map<quint16, std::unique_ptr<StreamProbe>> m_probes; // of queues that may be streams
    std::vector<Done<void>> m_cancels; // wait for the end of the subscriptions
    bool m_isCancelled = false;
    std::vector<IncomingMessage> m_arrived; // not delivered yet
    qint64 m_arrivedBytes = 0;
    bool m_isPaused = false;
    Deafness m_deafness;
};

} // namespace Qombu::Amqp
