// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/transport.h"

#include <memory>

namespace QombuTest {

// One user of a memory broker for tests: a link with its channels, and what came of them.
class LinkPeer : public Qombu::LinkListener,
                 public Qombu::DeliveryListener,
                 public Qombu::PublishListener
{
public:
    LinkPeer(Qombu::Hub *hub, const QString &broker, const QVariantMap &transportOptions = {});
    ~LinkPeer() override;

    Qombu::DeliveryNumbers numbers;
    std::unique_ptr<Qombu::Link> link;
    std::unique_ptr<Qombu::TopologyChannel> topology;
    std::unique_ptr<Qombu::DeliverChannel> channel;
    std::unique_ptr<Qombu::PublishChannel> publisher;

    bool isOpen = false;
    bool isClosed = false;
    size_t outcomesWhenClosed = 0;
    QList<Qombu::BrokerNotice> notices;
    std::vector<Qombu::IncomingMessage> messages;
    std::vector<Qombu::PublishOutcome> outcomes;
    QList<std::pair<QString, Qombu::Error>> cancelled; // queue, why
    std::function<void(std::vector<Qombu::IncomingMessage> &)>
        onDelivered; // instead of keeping them

    // As the engine does it: exchanges, the queue, bindings. The first error, or about the queue.
    Qombu::Result<Qombu::QueueInfo> declare(const Qombu::Queue &queue);
    Qombu::Error declare(const Qombu::Exchange &exchange);
    Qombu::Error bind(const Qombu::Binding &binding);
    Qombu::Result<qint64> remove(const QString &queue, const Qombu::RemoveOptions &options = {});
    Qombu::Error remove(const Qombu::Exchange &exchange, const Qombu::RemoveOptions &options = {});
    Qombu::Error consume(const QString &queue, int count = 16, bool noAck = false);
    Qombu::Error consume(Qombu::ConsumeRequest request);
    void cancel();
    Qombu::Result<std::optional<Qombu::IncomingMessage>> get(const QString &queue,
                                                             bool noAck = false);
    void publish(const QByteArrayList &bodies, const QString &routingKey,
                 const QString &exchange = {}, int priority = 0, bool mandatory = true);
    void settle(size_t index, Qombu::Settlement settlement);
    Qombu::Inventory inventory(int maximumRows = 100);
    QString filled(); // the queues of the broker with something in them, and how much: "q1:1 q2:5"
    QString bodies() const; // of what was delivered, in order: "a b c"; redelivered ones as "a!"

private:
    void linkOpened(const QVariantMap &serverProperties) override;
    void linkFailed(const Qombu::Error &error) override;
    void linkClosed() override;
    void linkBlocked(const QString &) override {}
    void linkUnblocked() override {}
    void settledTooLate(quint64, quint64, const QString &, const QString &) override {}
    void notice(const Qombu::BrokerNotice &notice) override { notices.append(notice); }
    void delivered(std::vector<Qombu::IncomingMessage> &&batch) override;
    void consumerCancelled(const QString &queue, const Qombu::Error &why) override;
    void published(std::vector<Qombu::PublishOutcome> &&batch) override;
    void publishRoom(int, qint64) override {}
    void channelClosed(const Qombu::Error &error) override;

    quint64 m_lastPublish = 0;
    quint64 m_lastConsumer = 0;
};

// "a b c"; redelivered ones as "a!".
QString bodiesOf(const std::vector<Qombu::IncomingMessage> &messages);

} // namespace QombuTest
