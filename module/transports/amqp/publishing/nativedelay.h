// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/delayeddelivery.h"

namespace Qombu::Amqp {

// RabbitMQ's delayed delivery as Kombu declares and names it: a ladder of queues whose messages
// live 2^27 … 1 seconds, and of topic exchanges that lead a message to the next queue whose bit is
// set in its delay, and at last to celery_delayed_delivery. The bits, as words, come before its
// routing key.
//
// Behind that Kombu binds each exchange by the routing key, which gives a message to all exchanges
// that use the same key, and each queue by "#." and the key. Ours find their one destination by a
// header, over an exchange of type headers, and the queues behind it by their own routing key,
// which goes along in BCC. A plain class; the AmqpLink owns it.
class NativeDelay final : public DelayedDelivery
{
public:
    struct Settings
    {
        QString prefix; // of all names, and "_"; empty: none
        QByteArray queueType = "quorum"; // or classic
    };

    explicit NativeDelay(Settings settings);

    Error refusalOf(const MessageContent &content, const Exchange &to,
                    std::chrono::milliseconds delay) const override;
    std::vector<Entity> common() const override;
    Binding wayTo(const Exchange &to, const QString &routingKey) const override;
    void postpone(MessageContent &content, const Exchange &to,
                  std::chrono::milliseconds delay) const override;

private:
    QString prefixed(const QString &name) const;
    QString level(int level) const;
    QString last() const; // where messages come to when they are due
    QString sorting() const;
    Queue queue(int level) const;

    const Settings m_settings;
};

} // namespace Qombu::Amqp
