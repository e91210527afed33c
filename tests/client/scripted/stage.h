// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/scripted/scriptedbroker.h"
#include "hub/simulatedhub.h"

#include <Qombu/channel.h>
#include <Qombu/consumer.h>
#include <Qombu/producer.h>

#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

namespace Qombu {

// A connection to a scripted broker, in simulated time.
class Stage
{
public:
    explicit Stage(const QString &url = QStringLiteral("scripted://a"),
                   ConnectionOptions options = {});
    ~Stage();

    void turn(); // until neither side has anything to do now
    void advance(std::chrono::milliseconds time);
    void reconnect(); // breaks the link and lets it come back

    Channel *channel() const { return connection->defaultChannel(); }
    Pending<void> publish(const QString &text, const QString &queue = QStringLiteral("out"));
    Pending<void> publishTo(const Exchange &exchange, const QString &text);

    ScriptedBroker broker;
    SimulatedHub hub;
    std::unique_ptr<Connection> connection;
};

// What most contracts are shown with: an exchange, and a queue bound to it.
inline const Exchange x(QStringLiteral("x"));
inline const Queue bound(QStringLiteral("q"), x, QStringLiteral("key"));

// A started consumer and what it got.
class Subscriber
{
public:
    // Fetches as mode says once start() was called.
    Subscriber(Stage &stage, const QList<Queue> &queues = {Queue("q")},
               AckMode mode = AckMode::Manual);
    Subscriber &start(); // and lets it begin

    QList<Message> messages;
    Consumer consumer;
    QSignalSpy cancelled;
    QSignalSpy lost; // settlements
    QSignalSpy errors;

private:
    Stage &m_stage;
};

Error broken(const QString &why = QStringLiteral("Nobody is there.")); // for now
Error refused(const QString &why = QStringLiteral("No."), int replyCode = 403); // for good
QStringList list(std::initializer_list<const char *> texts);
PublishOptions asText();
// Those lines of the log that begin so.
QStringList only(const QStringList &log, const QString &beginning);

} // namespace Qombu
