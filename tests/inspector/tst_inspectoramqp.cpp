// SPDX-License-Identifier: BSD-3-Clause
#include "app/mainwindow.h"
#include "broker/brokersession.h"
#include "profiles/settings.h"
#include "support/rabbitprocess.h"
#include "support/testmain.h"
#include "views/inlinebanner.h"
#include "views/placestabs.h"
#include "views/publishpage.h"
#include "views/queuepage.h"

#include <Qombu/channel.h>
#include <Qombu/producer.h>

#include <QApplication>
#include <QtCore/qdir.h>
#include <QtCore/qtemporarydir.h>
#include <QtGui/qaction.h>
#include <QtGui/qpalette.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qinputdialog.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qstyle.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtoolbutton.h>

using namespace Qombu;
using namespace Qombu::Inspector;
using namespace Qt::StringLiterals;

// What the inspector says of a broker that does not list what it has.
class tst_InspectorAmqp : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void saysThatItCannotList();
    void goesToAQueueByItsName();
    void saysWhatALookChangesBeforeIt();
    void asksEachTimeWhereMessagesMayBeLost();
    void neverLooksWhereAFewLooksLoseMessages();
    void readsAStreamAtOnce();
    void looksAtNothingWhenReadOnly();
    void namesAQueueThatIsNotThere();
    void saysWhatItCannotShow();
    void purgesWhatItKnows();

private:
    struct Desk;
    void makeQueue(const char *name, const QByteArray &arguments, int messages);
    static QString bannerOf(const QWidget &window);
    static void takePicture(QWidget *window, const QString &name);

    QombuTest::RabbitProcess m_broker;
};

static const QString Unknown = QChar(0x2014);

void tst_InspectorAmqp::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

QString tst_InspectorAmqp::bannerOf(const QWidget &window)
{
    QStringList texts;
    for (const InlineBanner *banner : window.findChildren<InlineBanner *>()) {
        if (banner->isVisibleTo(&window))
            texts.append(banner->text());
    }
    return texts.join(u'\n');
}

void tst_InspectorAmqp::takePicture(QWidget *window, const QString &name)
{
    QDir().mkpath(QStringLiteral(PICTURES));
    window->resize(960, 600);
    QPalette dark(QColor(0x37393d), QColor(0x2b2d30));
    dark.setColor(QPalette::Base, QColor(0x1e1f22));
    for (const bool isDark : {false, true}) {
        QApplication::setPalette(isDark ? dark : QApplication::style()->standardPalette());
        QCoreApplication::processEvents(); // a banner finds its place
        const QString file = name + (isDark ? u"-dark.png" : u".png");
        QVERIFY(window->grab().save(QStringLiteral(PICTURES) + u'/' + file));
    }
    QApplication::setPalette(QApplication::style()->standardPalette());
}

// An inspector that looks at the broker, its window shown.
struct tst_InspectorAmqp::Desk
{
    explicit Desk(const QombuTest::RabbitProcess &broker,
                  Environment environment = Environment::None)
        : settings(folder.filePath(u"inspector.ini"_s))
        , window(&session, &settings)
    {
        window.show();
        window.openBroker(BrokerUrl(broker.url()), environment);
    }
    template<typename T>
    T *part(const QString &name)
    {
        const auto *tabs = window.findChild<PlacesTabs *>();
        return tabs->currentPage()->findChild<T *>(name);
    }
    QString textOf(const QString &name)
    {
        const auto *banner = part<InlineBanner>(name);
        return banner && banner->isVisibleTo(&window) ? banner->text() : QString();
    }
    QPushButton *actionOf(const QString &name)
    {
        return part<InlineBanner>(name)->findChild<QPushButton *>(u"bannerAction"_s);
    }
    // The big number with this caption.
    QString number(const QString &caption)
    {
        QStringList found;
        for (const QLabel *label : window.findChildren<QLabel *>()) {
            if (label->isVisibleTo(&window) && label->accessibleName().startsWith(caption + u": "))
                found.append(label->text());
        }
        return found.join(u' ');
    }
    int shown() { return part<QTableView>(u"messageTable"_s)->model()->rowCount(); }

    QTemporaryDir folder;
    Settings settings;
    BrokerSession session;
    MainWindow window;
};

void tst_InspectorAmqp::makeQueue(const char *name, const QByteArray &arguments, int messages)
{
    m_broker.manage("PUT", u"queues/%1/%2"_s.arg(m_broker.virtualHost(), QLatin1String(name)),
                    "{\"durable\": true, \"arguments\": " + arguments + "}");
    Connection connection(m_broker.url());
    Producer producer(&connection);
    PublishOptions options;
    options.routingKey = QLatin1String(name);
    for (int i = 1; i <= messages; ++i)
        QVERIFY(producer.publish(i, options).wait().isOk());
}

void tst_InspectorAmqp::saysThatItCannotList()
{
    Desk desk(m_broker);
    QTRY_VERIFY2(bannerOf(desk.window).contains(u"management API"),
                 qPrintable(bannerOf(desk.window)));
    QCOMPARE(desk.session.state(), BrokerSession::Open);
    QVERIFY2(!bannerOf(desk.window).contains(u"Trying again"), qPrintable(bannerOf(desk.window)));
    for (const QLabel *label : desk.window.findChildren<QLabel *>())
        QVERIFY(label->text() != u"Not connected");
    for (const char *caption : {"Ready", "Unacked", "Queues", "Exchanges", "Bindings"})
        QCOMPARE(desk.number(QLatin1String(caption)), Unknown);
    takePicture(&desk.window, u"amqp-queues"_s);
}

void tst_InspectorAmqp::goesToAQueueByItsName()
{
    makeQueue("orders", "{}", 3);
    Desk desk(m_broker);
    QTRY_COMPARE(desk.session.state(), BrokerSession::Open);
    desk.window.findChild<QAction *>(u"goToQueueAction"_s)->trigger();
    auto *dialog = desk.window.findChild<QInputDialog *>(u"queueNameDialog"_s);
    QVERIFY(dialog);
    dialog->setTextValue(u"orders"_s);
    dialog->accept();
    const auto *page = desk.window.findChild<QueuePage *>();
    QVERIFY(page);
    QCOMPARE(page->place(), u"queues/orders"_s);
    QTRY_COMPARE(desk.number(u"Ready"_s), u"3"_s);
    QCOMPARE(desk.number(u"Consumers"_s), u"0"_s);
    QCOMPARE(desk.number(u"Unacked"_s), Unknown);
    QCOMPARE(desk.number(u"Total"_s), u"\u2265 3"_s);
    QCOMPARE(desk.number(u"Bindings"_s), Unknown);
    // The queue is in the list from now on, and no other.
    QVERIFY(desk.window.openPlace(u"queues"_s));
    QTRY_COMPARE(desk.part<QTableView>(u"queueTable"_s)->model()->rowCount(), 1);
    QCOMPARE(desk.number(u"Ready"_s), u"\u2265 3"_s);
}

void tst_InspectorAmqp::saysWhatALookChangesBeforeIt()
{
    makeQueue("marked", "{}", 3);
    Desk desk(m_broker);
    QVERIFY(desk.window.openPlace(u"queues/marked"_s));
    QTRY_VERIFY2(desk.textOf(u"peekPlan"_s).contains(u"redelivered"),
                 qPrintable(bannerOf(desk.window)));
    QVERIFY(desk.textOf(u"peekPlan"_s).contains(u"Messages waiting: 3."));
    takePicture(&desk.window, u"amqp-queue"_s);
    { // Opening the page has not touched them.
        Connection connection(m_broker.url());
        const auto first = connection.defaultChannel()->get(u"marked"_s).wait();
        QVERIFY(first && *first);
        QVERIFY(!(*first)->isRedelivered());
        QVERIFY(!(*first)->requeue().isError());
        // RabbitMQ does not answer a requeue: it is there when the queue counts it again.
        QTRY_COMPARE(connection.defaultChannel()->inspect(u"marked"_s).wait()->messageCount, 3);
    }
    QCOMPARE(desk.shown(), 0);
    desk.actionOf(u"peekPlan"_s)->click();
    QTRY_COMPARE(desk.shown(), 3);
    QVERIFY(desk.textOf(u"peekPlan"_s).isEmpty());
    QCOMPARE(desk.session.gate()->records().constLast().what, u"Look at messages of marked"_s);
    desk.part<QToolButton>(u"peekAgain"_s)->click(); // who has agreed once is not asked again
    QTRY_COMPARE(desk.session.gate()->passed(), 2);
    QTRY_VERIFY(desk.session.gate()->records().constLast().finished);
    takePicture(&desk.window, u"amqp-looked"_s);
}

void tst_InspectorAmqp::asksEachTimeWhereMessagesMayBeLost()
{
    makeQueue("safe", R"({"x-queue-type": "quorum", "x-delivery-limit": 30})", 3);
    Desk desk(m_broker);
    QVERIFY(desk.window.openPlace(u"queues/safe"_s));
    QTRY_VERIFY2(desk.textOf(u"peekPlan"_s).contains(u"limit of 30"),
                 qPrintable(bannerOf(desk.window)));
    for (int i = 1; i <= 2; ++i) {
        QTRY_VERIFY(!desk.textOf(u"peekPlan"_s).isEmpty());
        QCOMPARE(desk.session.gate()->passed(), i - 1);
        desk.actionOf(u"peekPlan"_s)->click();
        QTRY_COMPARE(desk.shown(), 3);
        QTRY_VERIFY(desk.textOf(u"peekPlan"_s).isEmpty());
        desk.part<QToolButton>(u"peekAgain"_s)->click();
    }
}

void tst_InspectorAmqp::neverLooksWhereAFewLooksLoseMessages()
{
    makeQueue("frail", R"({"x-queue-type": "quorum", "x-delivery-limit": 1})", 3);
    Desk desk(m_broker);
    QVERIFY(desk.window.openPlace(u"queues/frail"_s));
    QTRY_VERIFY2(bannerOf(desk.window).contains(u"delivery limit"),
                 qPrintable(bannerOf(desk.window)));
    QVERIFY(desk.textOf(u"peekPlan"_s).isEmpty());
    desk.part<QToolButton>(u"peekAgain"_s)->click();
    QTRY_VERIFY(desk.part<QToolButton>(u"peekAgain"_s)->isEnabled());
    QCOMPARE(desk.shown(), 0);
    QCOMPARE(desk.session.gate()->passed(), 0);
}

void tst_InspectorAmqp::readsAStreamAtOnce()
{
    makeQueue("log", R"({"x-queue-type": "stream"})", 3);
    Desk desk(m_broker, Environment::Production); // read-only
    QVERIFY(desk.window.openPlace(u"queues/log"_s));
    QTRY_COMPARE(desk.shown(), 3);
    QCOMPARE(desk.session.gate()->records().size(), 0);
}

void tst_InspectorAmqp::looksAtNothingWhenReadOnly()
{
    makeQueue("kept", "{}", 1);
    Desk desk(m_broker, Environment::Production);
    QVERIFY(desk.window.openPlace(u"queues/kept"_s));
    QTRY_VERIFY2(desk.textOf(u"peekPlan"_s).contains(u"Read-only"),
                 qPrintable(bannerOf(desk.window)));
    QVERIFY(!desk.actionOf(u"peekPlan"_s)->isVisibleTo(&desk.window));
    takePicture(&desk.window, u"amqp-readonly"_s);
    desk.actionOf(u"peekPlan"_s)->click(); // no protection by hiding alone
    QTRY_COMPARE(desk.session.gate()->refused(), 1);
    desk.session.gate()->setReadOnly(false);
    QTRY_VERIFY(!desk.textOf(u"peekPlan"_s).contains(u"Read-only"));
}

void tst_InspectorAmqp::namesAQueueThatIsNotThere()
{
    Desk desk(m_broker);
    QVERIFY(desk.window.openPlace(u"queues/missing"_s));
    QTRY_VERIFY2(bannerOf(desk.window).contains(u"There is no queue of this name"),
                 qPrintable(bannerOf(desk.window)));
    QCOMPARE(desk.number(u"Ready"_s), Unknown);
    takePicture(&desk.window, u"amqp-missing"_s);
    makeQueue("missing", "{}", 2);
    desk.part<QToolButton>(u"peekAgain"_s)->click();
    desk.window.findChild<QAction *>(u"refreshAction"_s)->trigger();
    QTRY_COMPARE(desk.number(u"Ready"_s), u"2"_s);
}

void tst_InspectorAmqp::saysWhatItCannotShow()
{
    makeQueue("orders", "{}", 3);
    Desk desk(m_broker);
    QVERIFY(desk.window.openPlace(u"unacked"_s));
    const auto *empty = desk.part<QLabel>(u"unackedEmpty"_s);
    QTRY_VERIFY2(empty->text().contains(u"management API"), qPrintable(empty->text()));
    QVERIFY(desk.window.openPlace(u"watch/orders"_s));
    QTRY_VERIFY(desk.part<QLabel>(u"watchEmpty"_s)->text().contains(u"cannot be watched"));
    takePicture(&desk.window, u"amqp-watch"_s);
    QVERIFY(desk.window.openPlace(u"publish"_s));
    qobject_cast<PublishPage *>(desk.window.findChild<PlacesTabs *>()->currentPage())
        ->setQueue(u"x"_s);
    QVERIFY(desk.part<QLabel>(u"routingPreview"_s)->text().contains(u"not known"));
}

// The number is the broker's, or none.
void tst_InspectorAmqp::purgesWhatItKnows()
{
    makeQueue("full", "{}", 4);
    Desk desk(m_broker);
    QVERIFY(desk.window.openPlace(u"queues/full"_s));
    const auto textOfPurge = [&] {
        desk.window.findChild<QAction *>(u"purgeAction"_s)->trigger();
        auto *dialog = desk.window.findChild<QDialog *>(u"confirmDialog"_s);
        const QString text = dialog->findChild<QPushButton *>(u"confirmButton"_s)->text();
        delete dialog;
        return text;
    };
    QTRY_COMPARE(desk.number(u"Ready"_s), u"4"_s);
    QCOMPARE(textOfPurge(), u"Purge 4 messages"_s);
    QVERIFY(desk.window.openPlace(u"queues/unheard-of"_s));
    QCOMPARE(textOfPurge(), u"Purge all messages"_s);
}

QOMBU_TEST_WITH(QApplication, tst_InspectorAmqp)
#include "tst_inspectoramqp.moc"
