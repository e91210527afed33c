// SPDX-License-Identifier: BSD-3-Clause
#include "app/mainwindow.h"
#include "broker/writegate.h"
#include "inspector/testbroker.h"
#include "support/testmain.h"
#include "views/confirmdialog.h"
#include "views/placestabs.h"

#include <QApplication>
#include <QtCore/qdiriterator.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtemporarydir.h>
#include <QtGui/qaction.h>
#include <QtTest/qsignalspy.h>
#include <QtWidgets/qabstractbutton.h>
#include <QtWidgets/qdialog.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qmenu.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qombu;
using namespace Qombu::Inspector;
using namespace Qt::StringLiterals;

class tst_WriteGate : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void letsChangesThrough();
    void refusesEveryChangeWhenReadOnly();
    void productionStartsReadOnly();
    void noActionReachesTheBrokerWhenReadOnly();
    void dialogsStartOnCancel();
    void onlyTheGateChangesBrokers();
};

static PublishRequest request(const QString &queue)
{
    PublishRequest made;
    made.routingKey = queue;
    made.body = "{\"n\": 12345678901234567890}";
    made.contentType = u"application/json"_s;
    made.contentEncoding = u"utf-8"_s;
    made.headers = {{u"tenant"_s, u"north"_s}};
    return made;
}

void tst_WriteGate::letsChangesThrough()
{
    TestBroker broker;
    QVERIFY(broker.declare(Queue(u"orders"_s)));
    BrokerSession session;
    session.open(broker.url());
    WriteGate *gate = session.gate();
    QVERIFY(gate->publish(request(u"orders"_s)).wait().isOk());
    QCOMPARE(broker.ready(u"orders"_s), 1);
    const auto messages = session.peek({u"orders"_s, 10}).wait();
    QVERIFY(messages);
    QCOMPARE(messages->constFirst().rawBody(), request({}).body); // byte for byte
    QCOMPARE(messages->constFirst().headers().value(u"tenant"_s).toString(), u"north"_s);
    QCOMPARE(gate->purge(u"orders"_s).wait().valueOr(-1), 1);
    QCOMPARE(gate->passed(), 2);
    QCOMPARE(gate->records().size(), 2);
    QVERIFY(gate->records().constLast().finished);
}

void tst_WriteGate::refusesEveryChangeWhenReadOnly()
{
    TestBroker broker;
    QVERIFY(broker.declare(Queue(u"orders"_s)));
    QVERIFY(broker.publish(u"orders"_s, 1));
    BrokerSession session;
    session.open(broker.url());
    QTRY_COMPARE(session.state(), BrokerSession::Open);
    WriteGate *gate = session.gate();
    gate->setReadOnly(true);
    QVERIFY(!gate->publish(request(u"orders"_s)).wait());
    QVERIFY(!gate->purge(u"orders"_s).wait());
    Error refusal;
    QVERIFY(!gate->consume(u"orders"_s, AckMode::None, 1, &refusal));
    QVERIFY(refusal.text().contains(u"Read-only"));
    QVERIFY(!gate->subscribe(u"news"_s, &refusal));
    QCOMPARE(gate->passed(), 0);
    QCOMPARE(gate->refused(), 4);
    QCOMPARE(broker.ready(u"orders"_s), 1);
}

void tst_WriteGate::productionStartsReadOnly()
{
    WriteGate gate;
    gate.setEnvironment(Environment::Staging);
    QVERIFY(!gate.isReadOnly());
    gate.setEnvironment(Environment::Production);
    QVERIFY(gate.isReadOnly());
}

// Confirms whatever asks, as somebody would who reads nothing.
static void confirmEverything(QWidget *window)
{
    for (QDialog *dialog : window->findChildren<QDialog *>()) {
        if (auto *typed = dialog->findChild<QLineEdit *>(u"confirmTyped"_s))
            typed->setText(u"orders"_s);
        if (auto *confirm = dialog->findChild<QPushButton *>(u"confirmButton"_s)) {
            QVERIFY(confirm->isEnabled());
            confirm->click();
        } else {
            dialog->reject();
        }
    }
}

// Also what is greyed out: a button that is grey is no protection.
void tst_WriteGate::noActionReachesTheBrokerWhenReadOnly()
{
    TestBroker broker;
    const Exchange news(u"news"_s, ExchangeType::Fanout);
    QVERIFY(broker.declare(Queue(u"orders"_s, news)));
    for (int i = 0; i < 5; ++i)
        QVERIFY(broker.publish(u"orders"_s, i));
    QTemporaryDir folder;
    Settings settings(folder.filePath(u"inspector.ini"_s));
    BrokerSession session;
    MainWindow window(&session, &settings);
    window.show();
    window.openBroker(broker.url(), Environment::Production);
    QTRY_COMPARE(session.inventory().queues.size(), 1);
    const Inventory before = broker.inventory();

    // Those that leave this broker, or read-only mode itself.
    const QStringList leaving{u"quitAction"_s, u"demoAction"_s, u"readOnlyAction"_s};
    int triggered = 0;
    for (const QString &place :
         {u"queues"_s, u"queues/orders"_s, u"exchanges/news"_s, u"publish"_s, u"consume/orders"_s,
          u"watch/orders"_s, u"subscribe/news"_s, u"unacked"_s}) {
        QVERIFY2(window.openPlace(place), qPrintable(place));
        const auto *tabs = window.findChild<PlacesTabs *>(u"placesTabs"_s);
        Page *page = tabs->currentPage();
        for (auto *button : page->findChildren<QAbstractButton *>()) {
            button->setEnabled(true);
            button->click();
            confirmEverything(&window);
        }
        QVERIFY(window.openPlace(u"queues/orders"_s)); // what the Queue menu is about
        for (QAction *action : window.findChildren<QAction *>()) {
            if (leaving.contains(action->objectName()) || action->menu())
                continue;
            action->setEnabled(true);
            action->trigger();
            ++triggered;
            confirmEverything(&window);
            QVERIFY(session.gate()->isReadOnly());
        }
    }
    QVERIFY(triggered > 100);
    QVERIFY(session.gate()->refused() > 0); // they did try
    QCOMPARE(session.gate()->passed(), 0);
    const Inventory after = broker.inventory();
    QCOMPARE(after.queues, before.queues);
    QCOMPARE(after.exchanges, before.exchanges);
    QCOMPARE(after.bindings, before.bindings);
    QCOMPARE(after.unacked, before.unacked);
}

void tst_WriteGate::dialogsStartOnCancel()
{
    ConfirmDialog dialog(
        {u"Purge orders"_s, u"<b>text</b>"_s, u"Purge"_s, u"orders"_s, Environment::Production});
    dialog.show();
    auto *confirm = dialog.findChild<QPushButton *>(u"confirmButton"_s);
    auto *typed = dialog.findChild<QLineEdit *>(u"confirmTyped"_s);
    QVERIFY(qobject_cast<QPushButton *>(dialog.focusWidget()));
    QVERIFY(dialog.focusWidget() != confirm);
    QVERIFY(!confirm->isEnabled());
    QTest::keyClicks(typed, u"orders"_s);
    QVERIFY(confirm->isEnabled());
    QSignalSpy finished(&dialog, &QDialog::finished);
    typed->setFocus();
    QTest::keyClick(typed, Qt::Key_Return);
    QCOMPARE(finished.size(), 0); // Enter never destroys
    QTest::keyClick(&dialog, Qt::Key_Escape);
    QCOMPARE(finished.size(), 1);
    QCOMPARE(dialog.result(), int(QDialog::Rejected));
}

// The sample traffic stands for the world outside.
void tst_WriteGate::onlyTheGateChangesBrokers()
{
    const QRegularExpression forbidden(
        uR"(make_unique<(Producer|Consumer|Channel|SimpleQueue)>|\bnew (Producer|Consumer|Channel|SimpleQueue)\b|\b(Producer|SimpleQueue) \w|defaultChannel)"_s);
    QDirIterator files(QStringLiteral(SOURCES), {u"*.cpp"_s, u"*.h"_s}, QDir::Files,
                       QDirIterator::Subdirectories);
    int read = 0;
    while (files.hasNext()) {
        const QString name = files.next();
        if (name.contains(u"/cli/") || name.contains(u"/broker/writegate.")
            || name.contains(u"/broker/sampletraffic."))
            continue;
        QFile file(name);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY2(!forbidden.match(QString::fromUtf8(file.readAll())).hasMatch(), qPrintable(name));
        ++read;
    }
    QVERIFY(read > 50);
}

QOMBU_TEST_WITH(QApplication, tst_WriteGate)
#include "tst_writegate.moc"
