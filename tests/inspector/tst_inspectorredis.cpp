// SPDX-License-Identifier: BSD-3-Clause
#include "app/mainwindow.h"
#include "broker/brokersession.h"
#include "models/brokertreemodel.h"
#include "profiles/settings.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"
#include "views/celldelegate.h"
#include "views/consumepage.h"
#include "views/inlinebanner.h"
#include "views/queuepage.h"
#include "views/statusstrip.h"

#include <Qombu/producer.h>

#include <QApplication>
#include <QtCore/qdir.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtemporarydir.h>
#include <QtGui/qaction.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qdialog.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qstyle.h>
#include <QtWidgets/qtreeview.h>

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
    void showsWhereItIsNotSafe();
    void doesNotCallGoneWhatMayNotBeSettled();
    void saysThatGivingBackWasRefused();
    void saysThatItWasTooLate();
    void forgetsWhatWasPutAsideWithTheQuarantine();
    void saysWhatItMayNotCount();
    void purgesWhatItCannotCount();

private:
    void publish(int count);
    BrokerUrl urlOf(const QByteArray &user) const;
    static void takePicture(QWidget *page, const QString &name);
    static QString bannerOf(const QWidget &page); // what the page says above its data

    QombuTest::BrokerProcess m_broker;
};

void tst_InspectorRedis::initTestCase()
{
    m_broker.useTls();
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

void tst_InspectorRedis::showsWhereItIsNotSafe()
{
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"^This connection is not safe"_s));
    BrokerSession session;
    StatusStrip strip(&session);
    const auto *const safety = strip.findChild<QLabel *>(u"safety"_s);
    session.open(BrokerUrl(m_broker.tlsUrl() + u"&ssl_cert_reqs=none"_s));
    QTRY_COMPARE(session.warnings().size(), 1);
    QVERIFY(session.warnings().at(0).contains(u"ssl_cert_reqs=none"));
    QVERIFY(!safety->isHidden());
    QVERIFY(safety->toolTip().contains(u"anybody in between"));
    session.open(BrokerUrl(m_broker.tlsUrl()));
    QTRY_COMPARE(session.state(), BrokerSession::Open);
    QVERIFY(safety->isHidden());
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
    QVERIFY2(said.contains(u"could not be settled") && said.contains(u"\"nohdel\""),
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
    QVERIFY2(bannerOf(page).contains(u"held no more"), qPrintable(bannerOf(page)));
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

void tst_InspectorRedis::saysWhatItMayNotCount()
{
    publish(6);
    m_broker.command({"LPUSH", "secret", "x"});
    m_broker.command({"LPUSH", "_qombu.quarantine.q", "x", "y", "z"});
    m_broker.command({"LPUSH", "_qombu.quarantine.secret", "x"});
    m_broker.command({"ACL", "SETUSER", "half", "on", ">x", "+@all", "&*", "~q*", "~unacked*",
                      "~_qombu.quarantine.q"});
    for (const bool isDark : {false, true}) {
        QPalette dark(QColor(0x37393d), QColor(0x2b2d30));
        dark.setColor(QPalette::Base, QColor(0x1e1f22));
        QApplication::setPalette(isDark ? dark : QApplication::style()->standardPalette());
        QTemporaryDir folder;
        Settings settings(folder.filePath(u"inspector.ini"_s));
        BrokerSession session;
        MainWindow window(&session, &settings);
        window.show();
        window.openBroker(urlOf("half"), Environment::None);
        QTRY_COMPARE(session.inventory().queues.size(), 2);
        QVERIFY(window.openPlace(u"queues"_s));
        const auto saysSum = [&] {
            const auto labels = window.findChildren<QLabel *>();
            return std::any_of(labels.cbegin(), labels.cend(),
                               [](const QLabel *label) { return label->text() == u"≥ 6"_s; });
        };
        QTRY_VERIFY(saysSum());
        auto *const tree = window.findChild<QTreeView *>(u"brokerTree"_s);
        tree->expandAll();
        QStringList groups;
        for (int group = 0; group < tree->model()->rowCount(); ++group)
            groups.append(tree->model()->index(group, 0).data().toString() + u' '
                          + tree->model()->index(group, 1).data().toString());
        QVERIFY2(groups.contains(u"Queues (2) ≥ 6"), qPrintable(groups.join(u'|')));
        QVERIFY2(groups.contains(u"Quarantine (≥ 1) "), qPrintable(groups.join(u'|')));
        takePicture(&window, isDark ? u"counts-unknown-dark"_s : u"counts-unknown-light"_s);
        for (int group = 0; group < tree->model()->rowCount(); ++group) {
            const QModelIndex name = tree->model()->index(group, 0);
            const int width = CellDelegate::rectOf(tree, name, tree->visualRect(name)).width();
            QVERIFY2(width >= tree->sizeHintForIndex(name).width(),
                     qPrintable(name.data().toString() + u": %1"_s.arg(width)));
        }
    }
    QApplication::setPalette(QApplication::style()->standardPalette());
}

void tst_InspectorRedis::purgesWhatItCannotCount()
{
    publish(6);
    m_broker.command({"ACL", "SETUSER", "nollen", "on", ">x", "+@all", "-llen", "&*", "~*"});
    QTemporaryDir folder;
    Settings settings(folder.filePath(u"inspector.ini"_s));
    BrokerSession session;
    MainWindow window(&session, &settings);
    window.show();
    window.openBroker(urlOf("nollen"), Environment::None);
    QTRY_COMPARE(session.inventory().queues.size(), 1);
    QCOMPARE(session.inventory().queues.at(0).ready, -1);
    QVERIFY(window.openPlace(u"queues/q"_s));
    const auto says = [](const QWidget &in, const QString &text) {
        const auto labels = in.findChildren<QLabel *>();
        return std::any_of(labels.cbegin(), labels.cend(), [&](const QLabel *label) {
            return label->isVisibleTo(&in) && label->text().contains(text);
        });
    };
    QTRY_VERIFY(says(window, u"6 of ≥ 6"_s));
    takePicture(&window, u"peek-unknown"_s);
    window.findChild<QAction *>(u"purgeAction"_s)->trigger();
    auto *const dialog = window.findChild<QDialog *>(u"confirmDialog"_s);
    QVERIFY(dialog);
    QVERIFY(dialog->grab().save(QStringLiteral(PICTURES) + u"/purge-unknown.png"_s));
    QCOMPARE(dialog->findChild<QPushButton *>(u"confirmButton"_s)->text(), u"Purge all messages"_s);
    QVERIFY(says(*dialog, u"how many is not known"_s));
    QVERIFY(!says(*dialog, u"-1"_s));
}

QOMBU_TEST_WITH(QApplication, tst_InspectorRedis)
#include "tst_inspectorredis.moc"
