// SPDX-License-Identifier: BSD-3-Clause
#include "inspector/manageddesk.h"
#include "models/queuetablemodel.h"
#include "support/rabbitprocess.h"
#include "support/testmain.h"

#include <Qombu/channel.h>
#include <Qombu/consumer.h>
#include <Qombu/producer.h>

#include <QtTest/qtest.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qtableview.h>

using namespace Qombu;
using namespace Qombu::Inspector;
using namespace InspectorTest;
using namespace Qt::StringLiterals;

// What the window shows of a RabbitMQ through its management API: the truth, a page at a time.
class tst_InspectorManagement : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void showsWhatIsInAQueue();
    void showsWhoHoldsMessages();
    void showsTheBrokerAsAWhole();
    void showsBindingsOfAnExchange();
    void saysWhyItListsNothing();
    void showsNothingOfAQueueThatIsGone();

private:
    void makeQueue(const QString &name, int messages, const QByteArray &arguments = "{}");

    QombuTest::RabbitProcess m_broker;
};

void tst_InspectorManagement::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_InspectorManagement::makeQueue(const QString &name, int messages,
                                        const QByteArray &arguments)
{
    m_broker.manage("PUT", u"queues/%1/%2"_s.arg(m_broker.virtualHost(), name),
                    "{\"durable\": true, \"arguments\": " + arguments + "}");
    QVERIFY2(m_broker.errorText().isEmpty(), qPrintable(m_broker.errorText()));
    Connection connection(m_broker.url());
    Producer producer(&connection);
    PublishOptions options;
    options.routingKey = name;
    for (int i = 1; i <= messages; ++i)
        QVERIFY(producer.publish(i, options).wait().isOk());
}

void tst_InspectorManagement::showsWhatIsInAQueue()
{
    makeQueue(u"orders"_s, 3, R"({"x-queue-type": "quorum", "x-delivery-limit": 30})");
    ManagedDesk desk(m_broker.managedUrl());
    QTRY_COMPARE_WITH_TIMEOUT(
        desk.cellOf(u"queueTable"_s, u"orders"_s, QueueTableModel::ReadyColumn), u"3"_s, Patience);
    QCOMPARE(desk.cellOf(u"queueTable"_s, u"orders"_s, QueueTableModel::TypeColumn), u"quorum"_s);
    QVERIFY2(desk.footer().contains(u"as of"), qPrintable(desk.footer()));
    QVERIFY(desk.window.openPlace(u"queues/orders"_s));
    QTRY_COMPARE_WITH_TIMEOUT(desk.number(u"Ready"_s), u"3"_s, Patience);
    QTRY_COMPARE_WITH_TIMEOUT(desk.number(u"Unacked"_s), u"0"_s, Patience);
    QTRY_COMPARE_WITH_TIMEOUT(desk.number(u"Consumers"_s), u"0"_s, Patience);
    const auto *facts = desk.page()->findChild<QLabel *>(u"queueFacts"_s);
    QTRY_VERIFY2(facts->text().contains(u"quorum"), qPrintable(facts->text()));
    QVERIFY(desk.window.openPlace(u"queues/orders?tab=bindings"_s));
    QTRY_COMPARE_WITH_TIMEOUT(desk.table(u"bindingTable"_s)->model()->rowCount(), 1, Patience);
    takePictures(&desk.window, u"management-queue"_s);
}

void tst_InspectorManagement::showsWhoHoldsMessages()
{
    makeQueue(u"held"_s, 5);
    Connection connection(m_broker.url());
    Consumer worker(&connection, u"held"_s);
    worker.setPrefetchCount(4);
    QList<Message> held;
    connect(&worker, &Consumer::messageReceived, this,
            [&held](const Message &message) { held.append(message); });
    worker.start();
    QTRY_COMPARE(held.size(), 4);
    ManagedDesk desk(m_broker.managedUrl());
    QTRY_VERIFY(desk.session.hasPages());
    QVERIFY(desk.window.openPlace(u"unacked"_s));
    QTRY_COMPARE_WITH_TIMEOUT(desk.cell(u"holderTable"_s, 0, 1), u"4"_s, Patience);
    QVERIFY2(desk.cell(u"holderTable"_s, 0, 2).contains(u"held"),
             qPrintable(desk.cell(u"holderTable"_s, 0, 2)));
    takePictures(&desk.window, u"management-unacked"_s);
    QVERIFY(desk.window.openPlace(u"queues/held?tab=consumers"_s));
    QTRY_COMPARE_WITH_TIMEOUT(desk.number(u"Unacked"_s), u"4"_s, Patience);
    QCOMPARE(desk.number(u"Ready"_s), u"1"_s);
    QVERIFY(desk.window.openPlace(u"queues/held?tab=consumers"_s)); // it is known by now
    QTRY_COMPARE_WITH_TIMEOUT(desk.table(u"consumerTable"_s)->model()->rowCount(), 1, Patience);
    QCOMPARE(desk.cell(u"consumerTable"_s, 0, 2), u"4"_s); // its prefetch
    takePictures(&desk.window, u"management-consumers"_s);
}

void tst_InspectorManagement::showsTheBrokerAsAWhole()
{
    makeQueue(u"watched"_s, 0);
    Connection connection(m_broker.url());
    Consumer worker(&connection, u"watched"_s); // a channel
    worker.start();
    ManagedDesk desk(m_broker.managedUrl());
    QTRY_VERIFY(desk.session.hasPages());
    for (const auto &[place, table] : {std::pair(u"overview"_s, u"nodeTable"_s),
                                       std::pair(u"connections"_s, u"connectionTable"_s),
                                       std::pair(u"channels"_s, u"channelTable"_s),
                                       std::pair(u"exchanges"_s, u"exchangeTable"_s)}) {
        QVERIFY(desk.window.openPlace(place));
        QTRY_VERIFY2_WITH_TIMEOUT(desk.table(table)->model()->rowCount() > 0,
                                  qPrintable(place + u": " + desk.banners()), Patience);
        takePictures(&desk.window, u"management-"_s + place);
    }
    QVERIFY(desk.window.openPlace(u"policies"_s));
    QTRY_VERIFY_WITH_TIMEOUT(
        desk.page()->findChild<QLabel *>(u"emptyText"_s)->text().contains(u"no policies"),
        Patience);
    m_broker.manage(
        "PUT", u"policies/%1/short"_s.arg(m_broker.virtualHost()),
        R"({"pattern": "^tmp", "definition": {"max-length": 10}, "apply-to": "queues"})");
    QTRY_COMPARE_WITH_TIMEOUT(desk.cellOf(u"policyTable"_s, u"short"_s, 5), u"max-length: 10"_s,
                              Patience);
    takePictures(&desk.window, u"management-policies"_s);
}

void tst_InspectorManagement::showsBindingsOfAnExchange()
{
    const QString here = m_broker.virtualHost();
    makeQueue(u"bound"_s, 0);
    for (const QString &name : {u"source"_s, u"target"_s})
        m_broker.manage("PUT", u"exchanges/%1/%2"_s.arg(here, name), R"({"type": "topic"})");
    m_broker.manage("POST", u"bindings/%1/e/source/e/target"_s.arg(here),
                    R"({"routing_key": "a.#"})");
    m_broker.manage("POST", u"bindings/%1/e/target/q/bound"_s.arg(here),
                    R"({"routing_key": "b.*"})");
    ManagedDesk desk(m_broker.managedUrl());
    QVERIFY(desk.window.openPlace(u"exchanges/target"_s));
    QTRY_COMPARE_WITH_TIMEOUT(desk.table(u"bindingTable"_s)->model()->rowCount(), 1, Patience);
    const auto *incoming = desk.page()->findChild<QLabel *>(u"incomingBindings"_s);
    QVERIFY2(incoming->text().contains(u"source"), qPrintable(incoming->text()));
    takePictures(&desk.window, u"management-exchange"_s);
}

void tst_InspectorManagement::saysWhyItListsNothing()
{
    makeQueue(u"named"_s, 2);
    // Nobody listens there.
    ManagedDesk desk(m_broker.url() + u"?management_url=http://127.0.0.1:1"_s);
    QTRY_VERIFY2_WITH_TIMEOUT(desk.banners().contains(u"rabbitmq-plugins enable"),
                              qPrintable(desk.banners()), Patience);
    QVERIFY2(!desk.banners().contains(u"cannot be reached"), qPrintable(desk.banners()));
    QCOMPARE(desk.number(u"Ready"_s), u"—"_s);
    takePictures(&desk.window, u"management-off"_s);
    QVERIFY(desk.window.openPlace(u"queues/named"_s)); // what AMQP alone can tell
    QTRY_COMPARE_WITH_TIMEOUT(desk.number(u"Ready"_s), u"2"_s, Patience);
    QCOMPARE(desk.number(u"Unacked"_s), u"—"_s);
    QVERIFY(desk.window.openPlace(u"connections"_s));
    QTRY_VERIFY2_WITH_TIMEOUT(
        desk.page()->findChild<InlineBanner *>()->text().contains(u"rabbitmq-plugins enable"),
        qPrintable(desk.banners()), Patience);
}

void tst_InspectorManagement::showsNothingOfAQueueThatIsGone()
{
    makeQueue(u"brief"_s, 1);
    ManagedDesk desk(m_broker.managedUrl());
    QVERIFY(desk.window.openPlace(u"queues/brief"_s));
    QTRY_COMPARE_WITH_TIMEOUT(desk.number(u"Ready"_s), u"1"_s, Patience);
    m_broker.manage("DELETE", u"queues/%1/brief"_s.arg(m_broker.virtualHost()));
    QTRY_VERIFY2_WITH_TIMEOUT(desk.banners().contains(u"This queue is gone"),
                              qPrintable(desk.banners()), Patience);
}

QOMBU_TEST_WITH(QApplication, tst_InspectorManagement)
#include "tst_inspectormanagement.moc"
