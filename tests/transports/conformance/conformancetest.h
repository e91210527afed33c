// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/conformance/brokerundertest.h"
#include "transports/conformance/inbox.h"

#include <Qombu/browser.h>
#include <Qombu/channel.h>
#include <Qombu/producer.h>

#include <QTest>

#include <memory>
#include <vector>

namespace QombuTest {

// What every conformance test stands on: one broker a row, with the engine in this thread or on the
// background Hub; each test function begins on an empty broker and must leave nothing held.
class ConformanceTest : public QObject
{
    Q_OBJECT
protected:
    ConformanceTest();
    ~ConformanceTest() override;

    // Every connection lives until the test function ends, or until it is closed here.
    Qombu::Connection *connection(); // the first one
    Qombu::Connection *connectAnother();
    Qombu::Connection *connectBreakable(); // through what breaks links, until it is mended
    Qombu::Connection *prepareConnection(const Qombu::BrokerUrl &url); // not open yet
    void close(Qombu::Connection *connection);

    void publish(const QString &queue, const QStringList &texts, Qombu::Connection *from = nullptr);
    void publish(const Qombu::Exchange &exchange, const QString &routingKey, const QString &text);
    std::unique_ptr<Inbox> prepare(const QList<Qombu::Queue> &queues, int prefetchCount = 16,
                                   Qombu::AckMode mode = Qombu::AckMode::Manual,
                                   Qombu::Connection *on = nullptr);
    void start(Inbox &inbox); // returns when the broker serves it
    // Prepared and started.
    std::unique_ptr<Inbox> consume(const QList<Qombu::Queue> &queues, int prefetchCount = 16,
                                   Qombu::AckMode mode = Qombu::AckMode::Manual,
                                   Qombu::Connection *on = nullptr);
    Qombu::QueueInfo declare(const Qombu::Queue &queue);

    Qombu::Inventory inventory();
    qint64 ready(const QString &queue);
    qint64 unacked(); // held by anybody
    QString waiting(const QString &queue); // the texts there, next to be delivered first

    // Returns when a message published now has come back on another queue: whatever was on its way
    // before to connection has arrived.
    void passThrough(Qombu::Connection *connection);

    BrokerUnderTest &broker() const; // of this row
    bool can(Qombu::Capability capability);
    bool has(BrokerUnderTest::Quirk quirk) const { return (broker().quirks() & quirk) != 0; }
    // Only these brokers are rows; by default all.
    virtual bool takes(const BrokerUnderTest &broker) const;
    Qombu::ConnectionOptions options() const;

private Q_SLOTS:
    void initTestCase_data();
    void initTestCase();
    void init();
    void cleanup();

private:
    std::vector<std::unique_ptr<BrokerUnderTest>> m_brokers;
    std::vector<std::unique_ptr<Qombu::Connection>> m_connections;
    int m_passes = 0;
};

} // namespace QombuTest

// Waits for an answer and stops the test function with the error's text.
#define QOMBU_OK(pending)                                                                          \
    do {                                                                                           \
        const auto qombuResult = (pending).wait(std::chrono::seconds(10));                         \
        QVERIFY2(qombuResult.isOk(), qPrintable(qombuResult.error().text()));                      \
    } while (false)
