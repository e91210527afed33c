// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redistransport.h"

#include <QMap>

#include <functional>
#include <map>

namespace QombuTest {

// What one Connection has: numbers and the transport, which survive its links.
struct TestTransport
{
    Qombu::Redis::RedisTransport transport;
    Qombu::DeliveryNumbers numbers;
};

// One link to Redis with its channels, and everything it ever said, for tests. Test's thread, on
// its real Hub.
class TestLink : private Qombu::LinkListener, private Qombu::PublishListener
{
public:
    TestLink(TestTransport &transport, const QString &url,
             const QVariantMap &transportOptions = {});
    ~TestLink() override;

    bool open(); // waits for linkOpened() or linkFailed()
    bool close(); // waits for linkClosed()
    void drop(); // without a word, as a crash would

    // Each consumer has a channel of its own.
    bool consume(quint64 consumer, const QStringList &queues, int prefetch = 16,
                 bool noAck = false);
    void startConsuming(const Qombu::ConsumeRequest &request); // does not wait
    bool cancel(quint64 consumer);
    void removeChannel(quint64 consumer) { m_consumers.erase(consumer); }
    Qombu::Result<std::optional<Qombu::IncomingMessage>> get(const QString &queue,
                                                             bool noAck = false);
    Qombu::Error publish(const QString &queue, const QByteArray &body, int priority = 0);
    Qombu::Error publish(const Qombu::Exchange &exchange, const QString &routingKey,
                         const QByteArray &body);
    void settle(quint64 delivery, Qombu::Settlement settlement);
    void giveBack(std::vector<quint64> held) { m_link->giveBack(std::move(held)); }
    void putBack(std::vector<Qombu::IncomingMessage> messages)
    {
        m_link->putBack(std::move(messages));
    }
    void setPrefetch(quint64 consumer, int count);

    Qombu::LinkBrowser *browser() { return m_link->browser(); }
    Qombu::Link &link() { return *m_link; }

    QByteArrayList bodies() const; // of all deliveries, in order
    qsizetype countOf(quint64 consumer) const; // deliveries of this one
    bool waitForDeliveries(std::size_t count) const;
    static bool waitUntil(const std::function<bool()> &condition, int milliseconds = 10000);

    std::unique_ptr<Qombu::TopologyChannel> topology;
    bool ackAll = false; // each delivery, in its own callback
    std::vector<Qombu::IncomingMessage> deliveries;
    std::vector<quint64> tooLate;
    std::vector<QString> tooLateTags; // beside them
    std::vector<QString> notices; // texts of those that are none of the following
    QMap<QString, qint64> restored; // messages of consumers that died, by queue
    std::vector<QString> quarantined; // a queue for each message
    qint64 unsettled = 0; // told to be
    std::vector<std::pair<QString, bool>> contention;
    std::vector<Qombu::Error> cancelled; // consumers that failed
    std::vector<bool> blocked;
    std::vector<Qombu::PublishOutcome> outcomes;
    QVariantMap properties;
    Qombu::Error failure;
    bool isOpen = false;
    bool isClosed = false;

private:
    // One consumer; tells the link's owner what it hears.
    struct Consumer final : Qombu::DeliveryListener
    {
        Consumer(TestLink *testLink, quint64 consumer)
            : owner(testLink)
            , number(consumer)
        {
        }
        void delivered(std::vector<Qombu::IncomingMessage> &&messages) override;
        void consumerCancelled(const QString &, const Qombu::Error &why) override
        {
            owner->cancelled.push_back(why);
        }
        void channelClosed(const Qombu::Error &) override {}
        TestLink *const owner;
        const quint64 number;
        std::unique_ptr<Qombu::DeliverChannel> channel;
    };
    Consumer &consumerOf(quint64 number);
    Qombu::Error publish(Qombu::MessageContent content);

    void linkOpened(const QVariantMap &serverProperties) override;
    void linkFailed(const Qombu::Error &error) override { failure = error; }
    void linkClosed() override { isClosed = true; }
    void linkBlocked(const QString &) override { blocked.push_back(true); }
    void linkUnblocked() override { blocked.push_back(false); }
    void settledTooLate(quint64 consumer, quint64 delivery, const QString &queue,
                        const QString &tag) override;
    void notice(const Qombu::BrokerNotice &notice) override;
    void published(std::vector<Qombu::PublishOutcome> &&batch) override;
    void publishRoom(int, qint64) override {}
    void channelClosed(const Qombu::Error &) override {}

    std::unique_ptr<Qombu::Link> m_link;
    std::unique_ptr<Qombu::PublishChannel> m_publisher;
    std::map<quint64, Consumer> m_consumers; // 0: get()
    std::map<quint64, quint64> m_consumerOf; // by delivery
    std::map<quint64, qsizetype> m_counts; // by consumer
    quint64 m_lastPublish = 0;
};

} // namespace QombuTest
