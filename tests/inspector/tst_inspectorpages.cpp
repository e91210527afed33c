// SPDX-License-Identifier: BSD-3-Clause
#include "inspector/manageddesk.h"
#include "models/queuetablemodel.h"
#include "support/httpserver.h"
#include "support/rabbitprocess.h"
#include "support/testmain.h"

#include <Qombu/producer.h>

#include <QtCore/qjsonarray.h>
#include <QtCore/qjsonobject.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtoolbutton.h>

using namespace Qombu;
using namespace Qombu::Inspector;
using namespace InspectorTest;
using namespace Qt::StringLiterals;

constexpr int ManyQueues = 5000;

// What the window asks of a RabbitMQ that has many queues: a page at a time, and only what is
// looked at.
class tst_InspectorPages : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void asksForAPageAtATime();
    void letsTheBrokerSortAndFilter();
    void asksForNothingWithoutPages();
    void keepsWhatItKnewWhileNobodyAnswers();
    void takesALostLinkForNoRefusalToList();

private:
    struct Relay;
    bool makeManyQueues();
    QStringList links(); // names, escaped

    QombuTest::RabbitProcess m_broker;
    bool m_hasMany = false;
};

void tst_InspectorPages::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

// By definitions: a request each would take minutes.
bool tst_InspectorPages::makeManyQueues()
{
    if (std::exchange(m_hasMany, true))
        return true;
    QByteArray queues;
    for (int i = 0; i < ManyQueues; ++i) {
        queues += (i ? "," : "") + QByteArray("{\"name\": \"many.")
            + QByteArray::number(i).rightJustified(4, '0')
            + "\", \"durable\": true, \"auto_delete\": false, \"arguments\": {}}";
    }
    m_broker.manage("POST", u"definitions/%1"_s.arg(m_broker.virtualHost()),
                    "{\"queues\": [" + queues + "]}");
    return m_broker.errorText().isEmpty();
}

QStringList tst_InspectorPages::links()
{
    QStringList names;
    const QJsonArray links = m_broker.manage("GET", u"connections"_s).array();
    for (const QJsonValue &link : links) {
        const QString name = link.toObject().value(u"name"_s).toString();
        names += QString::fromLatin1(QUrl::toPercentEncoding(name));
    }
    return names;
}

void tst_InspectorPages::asksForAPageAtATime()
{
    QVERIFY2(makeManyQueues(), qPrintable(m_broker.errorText()));
    ManagedDesk desk(m_broker.managedUrl());
    QTRY_COMPARE_WITH_TIMEOUT(desk.table(u"queueTable"_s)->model()->rowCount(), 500, Patience);
    QTRY_VERIFY2_WITH_TIMEOUT(desk.footer().startsWith(u"rows 1–500 of 5,0"),
                              qPrintable(desk.footer()), Patience);
    auto *next = desk.page()->findChild<QToolButton *>(u"nextPage"_s);
    QTRY_VERIFY(next->isVisible() && next->isEnabled());
    const QString first = desk.cell(u"queueTable"_s, 0, 0);
    takePictures(&desk.window, u"management-many"_s);
    next->click();
    QTRY_VERIFY2_WITH_TIMEOUT(desk.footer().startsWith(u"rows 501–1,000 of 5,0"),
                              qPrintable(desk.footer()), Patience);
    QVERIFY(desk.cell(u"queueTable"_s, 0, 0) > first);
    desk.page()->findChild<QToolButton *>(u"previousPage"_s)->click();
    QTRY_COMPARE_WITH_TIMEOUT(desk.cell(u"queueTable"_s, 0, 0), first, Patience);
    const auto *more = desk.window.findChild<QLabel *>(u"treeMore"_s);
    QVERIFY2(more->isVisible() && more->text().contains(u"500"), qPrintable(more->text()));
}

void tst_InspectorPages::letsTheBrokerSortAndFilter()
{
    QVERIFY2(makeManyQueues(), qPrintable(m_broker.errorText()));
    Connection connection(m_broker.url());
    Producer producer(&connection);
    PublishOptions options;
    options.routingKey = u"many.4321"_s; // on the ninth page by name
    for (int i = 0; i < 9; ++i)
        QVERIFY(producer.publish(i, options).wait().isOk());
    ManagedDesk desk(m_broker.managedUrl());
    QTRY_COMPARE_WITH_TIMEOUT(desk.table(u"queueTable"_s)->model()->rowCount(), 500, Patience);
    auto *header = desk.table(u"queueTable"_s)->horizontalHeader();
    Q_EMIT header->sectionClicked(QueueTableModel::ReadyColumn);
    QTRY_COMPARE_WITH_TIMEOUT(desk.cell(u"queueTable"_s, 0, 0), u"many.4321"_s, Patience);
    QCOMPARE(desk.cell(u"queueTable"_s, 0, QueueTableModel::ReadyColumn), u"9"_s);
    takePictures(&desk.window, u"management-sorted"_s);
    auto *filter = desk.page()->findChild<QLineEdit *>(u"queueFilter"_s);
    filter->setText(u"many.43"_s);
    QTRY_COMPARE_WITH_TIMEOUT(desk.table(u"queueTable"_s)->model()->rowCount(), 100, Patience);
    filter->setText(u"nothing is called so"_s);
    QTRY_VERIFY_WITH_TIMEOUT(
        desk.page()->findChild<QLabel *>(u"emptyText"_s)->text().contains(u"Nothing is called"),
        Patience);
    auto *tree = desk.window.findChild<QLineEdit *>(u"treeFilter"_s);
    tree->setText(u"many.49"_s);
    QTRY_COMPARE_WITH_TIMEOUT(desk.session.inventory().queues.size(), 100, Patience);
}

// A management API that hands on what it is asked, and notes it.
struct tst_InspectorPages::Relay
{
    explicit Relay(QombuTest::RabbitProcess *broker)
        : server([this, broker](const QombuTest::HttpHeard &heard) {
            if (isBroken)
                return QombuTest::HttpReply::of(503, R"({"error": "service_unavailable"})");
            if (isSilent)
                return QombuTest::HttpReply::silence();
            const QString path = QString::fromLatin1(heard.target.mid(QByteArray("/api/").size()));
            return QombuTest::HttpReply::of(200, broker->manage("GET", path).toJson());
        })
    {
    }
    QString urlOf(const QombuTest::RabbitProcess &broker) const
    {
        return broker.url() + u"?management_url=http://127.0.0.1:%1"_s.arg(server.serverPort());
    }

    bool isBroken = false;
    bool isSilent = false;
    QombuTest::HttpServer server;
};

void tst_InspectorPages::asksForNothingWithoutPages()
{
    QVERIFY2(makeManyQueues(), qPrintable(m_broker.errorText()));
    Relay relay(&m_broker);
    QVERIFY(relay.server.start());
    ManagedDesk desk(relay.urlOf(m_broker));
    QTRY_COMPARE_WITH_TIMEOUT(desk.table(u"queueTable"_s)->model()->rowCount(), 500, Patience);
    for (const QString &place :
         {u"overview"_s, u"exchanges"_s, u"connections"_s, u"channels"_s, u"unacked"_s,
          u"policies"_s, u"queues/many.0007"_s, u"queues/many.0007?tab=bindings"_s, u"queues"_s}) {
        QVERIFY(desk.window.openPlace(place));
        const auto asked = relay.server.heard().size();
        QTRY_VERIFY_WITH_TIMEOUT(relay.server.heard().size() >= asked + 4, Patience);
    }
    const QByteArray queues = "/api/queues/" + m_broker.virtualHost().toLatin1();
    for (const QByteArray &target : relay.server.targets()) {
        const QByteArray list = target.left(target.indexOf('?'));
        const bool isLong = list == queues || list == "/api/queues" || list.endsWith("/connections")
            || list.endsWith("/channels") || (list.endsWith("/bindings") && list.count('/') < 5);
        const QByteArray size = target.mid(target.indexOf("page_size=") + 10, 4);
        QVERIFY2(!isLong
                     || (target.contains("page_size=") && size.split('&').first().toInt() <= 500),
                 target.constData());
    }
    // Nothing is asked for pages that nobody looks at: the last one is the table of queues.
    QTRY_VERIFY(desk.table(u"queueTable"_s)->isVisible());
    const auto before = relay.server.heard().size();
    QTRY_VERIFY_WITH_TIMEOUT(relay.server.heard().size() >= before + 8, Patience);
    for (const QByteArray &target : relay.server.targets().mid(before + 4))
        QVERIFY2(!target.contains("/api/connections") && !target.contains("many.0007"),
                 target.constData());
}

void tst_InspectorPages::keepsWhatItKnewWhileNobodyAnswers()
{
    m_broker.manage("PUT", u"queues/%1/kept"_s.arg(m_broker.virtualHost()), R"({"durable": true})");
    Connection connection(m_broker.url());
    Producer producer(&connection);
    PublishOptions options;
    options.routingKey = u"kept"_s;
    for (int i = 0; i < 2; ++i)
        QVERIFY(producer.publish(i, options).wait().isOk());
    Relay relay(&m_broker);
    QVERIFY(relay.server.start());
    ManagedDesk desk(relay.urlOf(m_broker));
    auto *filter = desk.page()->findChild<QLineEdit *>(u"queueFilter"_s);
    filter->setText(u"kept"_s);
    QTRY_COMPARE_WITH_TIMEOUT(desk.cellOf(u"queueTable"_s, u"kept"_s, QueueTableModel::ReadyColumn),
                              u"2"_s, Patience);
    relay.isBroken = true;
    QTRY_VERIFY2_WITH_TIMEOUT(desk.banners().contains(u"503"), qPrintable(desk.banners()),
                              Patience);
    QCOMPARE(desk.cellOf(u"queueTable"_s, u"kept"_s, QueueTableModel::ReadyColumn), u"2"_s);
    QVERIFY2(!desk.banners().contains(u"cannot be reached"), qPrintable(desk.banners()));
    takePictures(&desk.window, u"management-503"_s);
    relay.isBroken = false;
    QTRY_VERIFY2_WITH_TIMEOUT(!desk.banners().contains(u"503"), qPrintable(desk.banners()),
                              Patience);
}

void tst_InspectorPages::takesALostLinkForNoRefusalToList()
{
    Relay relay(&m_broker);
    QVERIFY(relay.server.start());
    ManagedDesk desk(relay.urlOf(m_broker));
    QTRY_VERIFY_WITH_TIMEOUT(desk.session.inventory().takenAt.isValid(), Patience);
    QTRY_VERIFY_WITH_TIMEOUT(!links().isEmpty(), Patience); // it counts them late
    bool cannotList = false;
    bool wasLost = false;
    connect(&desk.session, &BrokerSession::refreshed, this,
            [&] { cannotList = cannotList || desk.session.cannotList().isError(); });
    connect(&desk.session, &BrokerSession::stateChanged, this,
            [&] { wasLost = wasLost || desk.session.state() == BrokerSession::Lost; });
    relay.isSilent = true;
    const auto asked = relay.server.heard().size();
    QTRY_VERIFY_WITH_TIMEOUT(relay.server.heard().size() > asked, Patience);
    const QStringList cut = links();
    for (const QString &link : cut)
        m_broker.manage("DELETE", u"connections/"_s + link);
    QTRY_VERIFY_WITH_TIMEOUT(wasLost, Patience);
    relay.isSilent = false;
    QTRY_VERIFY_WITH_TIMEOUT(desk.session.state() == BrokerSession::Open, Patience);
    QTRY_VERIFY_WITH_TIMEOUT(!desk.session.isStale(), Patience); // it goes on asking
    QVERIFY(!cannotList);
}

QOMBU_TEST_WITH(QApplication, tst_InspectorPages)
#include "tst_inspectorpages.moc"
