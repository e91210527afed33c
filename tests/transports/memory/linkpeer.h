// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/link.h"

#include <memory>

namespace QombuTest {

// One user of a memory broker for tests: a link with one channel, and what came of them.
class LinkPeer : public Qombu::LinkListener, public Qombu::LinkChannelListener
{
public:
    LinkPeer(Qombu::Hub *hub, const QString &broker, const QVariantMap &transportOptions = {});
    ~LinkPeer() override;

    std::unique_ptr<Qombu::Link> link;
    std::unique_ptr<Qombu::LinkChannel> channel;

    bool isOpen = false;
    bool isClosed = false;
    QStringList notices;
    std::vector<Qombu::IncomingMessage> messages;
    std::vector<Qombu::PublishOutcome> outcomes;
    std::function<void(std::vector<Qombu::IncomingMessage> &)>
        onDelivered; // instead of keeping them

    void consume(const QString &queue, int prefetchCount = 16, bool noAck = false);
    void consume(const Qombu::ConsumeRequest &request);
    void publish(const QByteArrayList &bodies, const QString &routingKey,
                 const QString &exchange = {}, int priority = 0, bool mandatory = true);
    void settle(size_t index, Qombu::Settlement settlement);
    QString bodies() const; // of what was delivered, in order: "a b c"; redelivered ones as "a!"

private:
    void linkOpened(const QVariantMap &serverProperties) override;
    void linkFailed(const Qombu::Error &error) override;
    void linkClosed() override { isClosed = true; }
    void linkBlocked(const QString &) override { }
    void linkUnblocked() override { }
    void contentionChanged(const QString &, bool) override { }
    void messageQuarantined(const QString &, const Qombu::Error &) override { }
    void linkNotice(const QString &text) override { notices.append(text); }
    void delivered(std::vector<Qombu::IncomingMessage> &&batch) override;
    void published(std::vector<Qombu::PublishOutcome> &&batch) override;
    void settledTooLate(quint64) override { }
    void consumerCancelled(quint64, const Qombu::Error &) override { }
    void channelClosed(const Qombu::Error &) override { }

    quint64 m_lastPublish = 0;
    quint64 m_lastConsumer = 0;
};

// "a b c"; redelivered ones as "a!".
QString bodiesOf(const std::vector<Qombu::IncomingMessage> &messages);

} // namespace QombuTest
