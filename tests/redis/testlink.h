// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/link.h"
#include "transports/redis/redistransport.h"

#include <functional>

namespace QombuTest {

// One link to Redis with one channel, and everything it ever said, for tests. Test's thread, on its
// real Hub.
class TestLink : private Qombu::LinkListener, private Qombu::LinkChannelListener
{
public:
    TestLink(Qombu::Redis::RedisTransport &transport, const QString &url,
             const QVariantMap &transportOptions = {});
    ~TestLink() override;

    bool open(); // waits for linkOpened() or linkFailed()
    bool close(); // waits for linkClosed()
    void drop() { m_link.reset(); } // without a word, as a crash would

    bool consume(quint64 consumer, const QStringList &queues, int prefetch = 16,
                 bool noAck = false);
    bool cancel(quint64 consumer);
    Qombu::Result<std::optional<Qombu::IncomingMessage>> get(const QString &queue,
                                                             bool noAck = false);
    Qombu::Error publish(const QString &queue, const QByteArray &body, int priority = 0);
    void settle(quint64 delivery, Qombu::Settlement settlement);
    void giveBack(std::vector<quint64> held) { channel->giveBack(std::move(held)); }
    void setPrefetch(quint64 consumer, int count)
    {
        channel->setPrefetch(consumer, count, 16 << 20);
    }

    Qombu::LinkBrowser *browser() { return m_link->browser(); }

    QByteArrayList bodies() const; // of all deliveries, in order
    bool waitForDeliveries(std::size_t count) const;
    static bool waitUntil(const std::function<bool()> &condition, int milliseconds = 10000);

    std::unique_ptr<Qombu::LinkChannel> channel;
    bool ackAll = false; // each delivery, in its own callback
    std::vector<Qombu::IncomingMessage> deliveries;
    std::vector<quint64> tooLate;
    std::vector<QString> notices;
    std::vector<QString> quarantined;
    std::vector<Qombu::Error> cancelled; // consumers that failed
    std::vector<std::pair<QString, bool>> contention;
    std::vector<bool> blocked;
    std::vector<Qombu::PublishOutcome> outcomes;
    QVariantMap properties;
    Qombu::Error failure;
    bool isOpen = false;
    bool isClosed = false;

private:
    void linkOpened(const QVariantMap &serverProperties) override;
    void linkFailed(const Qombu::Error &error) override { failure = error; }
    void linkClosed() override { isClosed = true; }
    void linkBlocked(const QString &) override { blocked.push_back(true); }
    void linkUnblocked() override { blocked.push_back(false); }
    void contentionChanged(const QString &queue, bool contended) override;
    void messageQuarantined(const QString &queue, const Qombu::Error &) override;
    void linkNotice(const QString &text) override { notices.push_back(text); }
    void delivered(std::vector<Qombu::IncomingMessage> &&messages) override;
    void published(std::vector<Qombu::PublishOutcome> &&batch) override;
    void settledTooLate(quint64 delivery) override { tooLate.push_back(delivery); }
    void consumerCancelled(quint64, const Qombu::Error &why) override { cancelled.push_back(why); }
    void channelClosed(const Qombu::Error &) override { }

    std::unique_ptr<Qombu::Link> m_link;
    quint64 m_lastPublish = 0;
};

} // namespace QombuTest
