// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/rabbitprocess.h"

#include <Qombu/channel.h>
#include <Qombu/connection.h>
#include <Qombu/consumer.h>
#include <Qombu/producer.h>

#include <QJsonObject>
#include <QTest>

namespace QombuTest {

constexpr auto Patience = std::chrono::seconds(15);

// A connection to a real RabbitMQ and what tests on it say often.
class RabbitSeat
{
public:
    explicit RabbitSeat(const QString &url, const Qombu::ConnectionOptions &options = {})
        : connection(url, options)
    {
    }

    Qombu::Channel *channel() { return connection.defaultChannel(); }
    qint64 ready(const QString &queue)
    {
        const auto info = channel()->inspect(queue).wait(Patience);
        return info ? info->messageCount : -1;
    }

    Qombu::Connection connection;
};

// A consumer and the texts that it got.
class RabbitInbox
{
public:
    RabbitInbox(Qombu::Connection *connection, const QList<Qombu::Queue> &queues, bool acks = true,
                int prefetch = 16)
        : consumer(connection, queues)
    {
        consumer.setPrefetchCount(prefetch);
        QObject::connect(&consumer, &Qombu::Consumer::messageReceived, &consumer,
                         [this, acks](const Qombu::Message &message) {
                             messages.append(message);
                             texts.append(message.body().toString());
                             if (acks)
                                 message.ack();
                         });
        QObject::connect(&consumer, &Qombu::Consumer::errorOccurred, &consumer,
                         [this](const Qombu::Error &error) { errors.append(error); });
        consumer.start();
    }
    bool isConsuming() const { return consumer.state() == Qombu::Consumer::Consuming; }

    QList<Qombu::Message> messages;
    QStringList texts;
    QList<Qombu::Error> errors;
    Qombu::Consumer consumer;
};

inline Qombu::Error errorOf(const auto &pending)
{
    return pending.wait(Patience).error();
}

} // namespace QombuTest

// Waits for an answer and stops the test function with the error's text.
#define RABBIT_OK(pending)                                                                         \
    do {                                                                                           \
        const Qombu::Error rabbitError = QombuTest::errorOf(pending);                              \
        QVERIFY2(!rabbitError.isError(), qPrintable(rabbitError.text()));                          \
    } while (false)
