// SPDX-License-Identifier: BSD-3-Clause
#include "broker/brokersession.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"
#include "views/consumepage.h"
#include "views/inlinebanner.h"
#include "views/queuepage.h"

#include <Qombu/producer.h>

#include <QApplication>
#include <QtCore/qdir.h>
#include <QtCore/qregularexpression.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qlabel.h>

using namespace Qombu;
using namespace Qombu::Inspector;
using namespace Qt::StringLiterals;

// What the inspector says of a real Redis that refuses, warns or changes meanwhile.
class tst_InspectorRedis : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void saysWhenAWarningWasSeen();
    void doesNotCallGoneWhatMayNotBeSettled();
    void saysThatGivingBackWasRefused();
    void saysThatItWasTooLate();
    void forgetsWhatWasPutAsideWithTheQuarantine();

private:
    void publish(int count);
    BrokerUrl urlOf(const QByteArray &user) const;
    static void takePicture(QWidget *page, const QString &name);
    static QString bannerOf(const QWidget &page); // what the page says above its data

    QombuTest::BrokerProcess m_broker;
};

void tst_InspectorRedis::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
    m_broker.command({"ACL", "SETUSER", "nohdel", "on", ">x", "+@all", "-hdel", "~*", "&*"});
}

void tst_InspectorRedis::init()
{
    m_broker.command({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
    m_broker.command({"FLUSHALL"});
}

void tst_InspectorRedis::publish(int count)
{
    Connection connection(m_broker.url());
    Producer producer(&connection, u"q"_s);
    for (int i = 1; i <= count; ++i)
        QVERIFY(producer.publish(i).wait().isOk());
}

BrokerUrl tst_InspectorRedis::urlOf(const QByteArray &user) const
{
    return BrokerUrl(
        m_broker.url().replace(u"://"_s, u"://"_s + QString::fromLatin1(user) + u":x@"_s));
}

QString tst_InspectorRedis::bannerOf(const QWidget &page)
{
    QStringList texts;
    for (const InlineBanner *banner : page.findChildren<InlineBanner *>()) {
        if (banner->isVisibleTo(&page))
            texts.append(banner->text());
    }
    return texts.join(u'\n');
}

void tst_InspectorRedis::takePicture(QWidget *page, const QString &name)
{
    QDir().mkpath(QStringLiteral(PICTURES));
    page->resize(960, 600);
    QVERIFY(page->grab().save(QStringLiteral(PICTURES) + u'/' + name + u".png"));
}

void tst_InspectorRedis::saysWhenAWarningWasSeen()
{
    m_broker.command({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
    BrokerSession session;
    session.open(m_broker.url());
    QTRY_COMPARE(session.warnings().size(), 1);
    const QRegularExpression dated(u"^When connected at \\d\\d:\\d\\d: .*allkeys-lru"_s);
    QVERIFY2(dated.match(session.warnings().at(0)).hasMatch(),
             qPrintable(session.warnings().at(0)));
}

void tst_InspectorRedis::doesNotCallGoneWhatMayNotBeSettled()
{
    publish(3);
    BrokerSession session;
    session.open(urlOf("nohdel"));
    ConsumePage page(&session, u"q"_s);
    QVERIFY(!page.run()->start(ConsumeRun::TakeAway, 3).isError());
    QTRY_COMPARE(page.run()->unsettled(), 3);
    QCOMPARE(page.run()->state(), ConsumeRun::Idle);
    QCOMPARE(page.run()->taken(), 0);
    QCOMPARE(m_broker.integer({"HLEN", "unacked"}), 3);
    const QString said = bannerOf(page);
    QVERIFY2(said.contains(u"3 message"), qPrintable(said));
    QVERIFY2(said.contains(u"could not be settled") && said.contains(u"'nohdel'"),
             qPrintable(said));
    QStringList labels;
    for (const QLabel *label : page.findChildren<QLabel *>())
        labels.append(label->text());
    QVERIFY(labels.filter(u"0 taken"_s).size() == 1);
    takePicture(&page, u"consume-not-settled"_s);

    publish(1); // the next run begins anew
    session.open(m_broker.url());
    QVERIFY(!page.run()->start(ConsumeRun::TakeAway, 1).isError());
    QTRY_COMPARE(page.run()->state(), ConsumeRun::Idle);
    QCOMPARE(page.run()->unsettled(), 0);
    QCOMPARE(page.run()->taken(), 1);
}

void tst_InspectorRedis::saysThatGivingBackWasRefused()
{
    publish(2);
    BrokerSession session;
    session.open(urlOf("nohdel"));
    ConsumePage page(&session, u"q"_s);
    QVERIFY(!page.run()->start(ConsumeRun::HoldAndGiveBack, 2).isError());
    QTRY_COMPARE(page.run()->state(), ConsumeRun::Holding);
    QVERIFY(!bannerOf(page).contains(u"could not be settled"));
    page.run()->giveBack();
    QTRY_COMPARE(page.run()->unsettled(), 2);
    QCOMPARE(page.run()->taken(), 2);
    QVERIFY(bannerOf(page).contains(u"could not be settled"));
}

void tst_InspectorRedis::saysThatItWasTooLate()
{
    publish(2);
    BrokerSession session;
    session.open(m_broker.url());
    ConsumePage page(&session, u"q"_s);
    QVERIFY(!page.run()->start(ConsumeRun::HoldAndGiveBack, 3).isError()); // it goes on
    QTRY_COMPARE(page.run()->held(), 2);
    m_broker.command({"DEL", "unacked", "unacked_index"}); // as if somebody had restored them
    page.run()->acknowledgeHeld();
    QTRY_COMPARE(page.run()->unsettled(), 2);
    QVERIFY2(bannerOf(page).contains(u"too late"), qPrintable(bannerOf(page)));
}

void tst_InspectorRedis::forgetsWhatWasPutAsideWithTheQuarantine()
{
    BrokerSession session;
    session.open(m_broker.url());
    QTRY_VERIFY(session.inventory().takenAt.isValid());
    QueuePage page(&session, u"q"_s);
    QVERIFY(bannerOf(page).contains(u"gone, or empty"));
    ConsumeRun run(&session, u"q"_s);
    m_broker.command({"LPUSH", "q", R"({"no": "body"})", R"({"no": "headers"})"});
    QVERIFY(!run.start(ConsumeRun::HoldAndGiveBack, 1).isError());
    QTRY_COMPARE(session.putAside(u"q"_s), 2);
    run.stop();
    session.refresh();
    QTRY_VERIFY(!session.inventory().queues.isEmpty());
    QTRY_COMPARE(session.inventory().queues.constFirst().quarantined, 2);
    const QRegularExpression dated(u"put aside since \\d\\d:\\d\\d: 2"_s);
    QVERIFY2(dated.match(bannerOf(page)).hasMatch(), qPrintable(bannerOf(page)));
    QVERIFY2(!bannerOf(page).contains(u"gone, or empty"),
             qPrintable(bannerOf(page))); // it is listed
    takePicture(&page, u"queue-put-aside"_s);
    QSignalSpy noticed(&session, &BrokerSession::queueNoticed);
    m_broker.command({"DEL", "_qombu.quarantine.q"});
    session.refresh();
    QTRY_COMPARE(session.putAside(u"q"_s), 0);
    QTRY_VERIFY(!noticed.isEmpty()); // for the tree
    QCOMPARE(bannerOf(page), u"This queue is gone, or empty: Redis forgets empty queues."_s);
}

QOMBU_TEST_WITH(QApplication, tst_InspectorRedis)
#include "tst_inspectorredis.moc"
