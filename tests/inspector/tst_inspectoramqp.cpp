// SPDX-License-Identifier: BSD-3-Clause
#include "app/mainwindow.h"
#include "broker/brokersession.h"
#include "profiles/settings.h"
#include "support/rabbitprocess.h"
#include "support/testmain.h"
#include "views/inlinebanner.h"
#include "views/queuepage.h"

#include <Qombu/channel.h>
#include <Qombu/producer.h>

#include <QApplication>
#include <QtCore/qdir.h>
#include <QtCore/qtemporarydir.h>
#include <QtGui/qaction.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qinputdialog.h>
#include <QtWidgets/qlabel.h>
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

private:
    static QString bannerOf(const QWidget &window);
    static void takePicture(QWidget *window, const QString &name);

    QombuTest::RabbitProcess m_broker;
    QTemporaryDir m_folder;
};

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
    QVERIFY(window->grab().save(QStringLiteral(PICTURES) + u'/' + name + u".png"));
}

void tst_InspectorAmqp::saysThatItCannotList()
{
    BrokerSession session;
    Settings settings(m_folder.filePath(u"a.ini"_s));
    MainWindow window(&session, &settings);
    window.show();
    window.openBroker(BrokerUrl(m_broker.url()), Environment::None);
    QTRY_VERIFY2(bannerOf(window).contains(u"management API"), qPrintable(bannerOf(window)));
    QCOMPARE(session.state(), BrokerSession::Open);
    QVERIFY2(!bannerOf(window).contains(u"Trying again"), qPrintable(bannerOf(window)));
    for (const QLabel *label : window.findChildren<QLabel *>())
        QVERIFY(label->text() != u"Not connected");
    takePicture(&window, u"amqp-queues"_s);
}

void tst_InspectorAmqp::goesToAQueueByItsName()
{
    {
        Connection connection(m_broker.url());
        Producer producer(&connection, u"orders"_s);
        for (int i = 1; i <= 3; ++i)
            QVERIFY(producer.publish(i).wait().isOk());
    }
    BrokerSession session;
    Settings settings(m_folder.filePath(u"b.ini"_s));
    MainWindow window(&session, &settings);
    window.show();
    window.openBroker(BrokerUrl(m_broker.url()), Environment::None);
    QTRY_COMPARE(session.state(), BrokerSession::Open);
    window.findChild<QAction *>(u"goToQueueAction"_s)->trigger();
    auto *dialog = window.findChild<QInputDialog *>(u"queueNameDialog"_s);
    QVERIFY(dialog);
    dialog->setTextValue(u"orders"_s);
    dialog->accept();
    const auto *page = window.findChild<QueuePage *>();
    QVERIFY(page);
    QCOMPARE(page->place(), u"queues/orders"_s);
    takePicture(&window, u"amqp-queue"_s);
    // Opening the page has not touched them.
    Connection connection(m_broker.url());
    const auto first = connection.defaultChannel()->get(u"orders"_s).wait();
    QVERIFY(first && *first);
    QVERIFY(!(*first)->isRedelivered());
    QVERIFY(!(*first)->requeue().isError());
    // RabbitMQ does not answer a requeue: it is there when the queue counts it again.
    QTRY_COMPARE(connection.defaultChannel()->inspect(u"orders"_s).wait()->messageCount, 3);
    page->findChild<QToolButton *>(u"peekAgain"_s)->click();
    const auto *table = page->findChild<QTableView *>(u"messageTable"_s);
    QTRY_COMPARE(table->model()->rowCount(), 3);
}

QOMBU_TEST_WITH(QApplication, tst_InspectorAmqp)
#include "tst_inspectoramqp.moc"
