// SPDX-License-Identifier: BSD-3-Clause
#include "app/commandline.h"
#include "app/mainwindow.h"
#include "broker/errortext.h"
#include "broker/sampletraffic.h"
#include "inspector/testbroker.h"
#include "models/bindingtablemodel.h"
#include "models/messagetablemodel.h"
#include "support/testmain.h"
#include "views/bodyview.h"
#include "views/confirmdialog.h"
#include "views/inlinebanner.h"
#include "views/messageview.h"
#include "views/openbrokerdialog.h"
#include "views/placestabs.h"
#include "views/publishpage.h"

#include <QApplication>
#include <QtCore/qdir.h>
#include <QtCore/qtemporarydir.h>
#include <QtGui/qaccessible.h>
#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qstylefactory.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtabwidget.h>
#include <QtWidgets/qtreeview.h>

using namespace Qombu;
using namespace Qombu::Inspector;
using namespace Qt::StringLiterals;

namespace {

constexpr int Body = MessageTableModel::FirstMessageColumn + int(MessageColumn::Preview);

QPalette darkPalette()
{
    QPalette palette(QColor(0x37393d), QColor(0x2b2d30)); // the rest of the frames derived
    palette.setColor(QPalette::Base, QColor(0x1e1f22));
    palette.setColor(QPalette::AlternateBase, QColor(0x25262a));
    palette.setColor(QPalette::Button, QColor(0x37393d));
    palette.setColor(QPalette::Highlight, QColor(0x2f65ca));
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::ToolTipBase, QColor(0x37393d));
    for (const auto role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText})
        palette.setColor(role, QColor(0xdfe1e5));
    palette.setColor(QPalette::PlaceholderText, QColor(0x9aa0a6));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, QColor(0x7a7f85));
    return palette;
}

// The window over a broker, as the program builds it.
struct Desk
{
    explicit Desk(const BrokerUrl &url, Environment environment = Environment::None)
        : settings(folder.filePath(QStringLiteral("inspector.ini")))
        , window(&session, &settings)
    {
        window.show();
        window.openBroker(url, environment);
    }

    Page *page()
    {
        return window.findChild<PlacesTabs *>(QStringLiteral("placesTabs"))->currentPage();
    }

    QTemporaryDir folder;
    Settings settings;
    BrokerSession session;
    MainWindow window;
};

void takePicture(QWidget *window, const QString &name)
{
    QDir().mkpath(QStringLiteral(PICTURES));
    QCoreApplication::sendPostedEvents(); // layouts
    const QPixmap picture = window->grab();
    QVERIFY(!picture.isNull());
    QVERIFY(picture.save(QStringLiteral(PICTURES) + u'/' + name + u".png"));
}

QStringList g_warnings;
QtMessageHandler g_before = nullptr;

void collect(QtMsgType type, const QMessageLogContext &context, const QString &text)
{
    if (type != QtDebugMsg && type != QtInfoMsg
        && !text.startsWith(u"This plugin does not support"))
        g_warnings.append(text);
    g_before(type, context, text);
}

} // namespace

class tst_InspectorWindow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void cleanup();

    void opensEachPlaceOfTheDemo_data();
    void opensEachPlaceOfTheDemo();
    void showsAnEmptyBroker();
    void saysInPlainWordsWhatIsWrong();
    void keepsOldRowsWhenTheBrokerGoes();
    void showsAMessageInAllItsForms();
    void showsBrokenBodiesAsTheyAre();
    void publishesAndSaysWhereItWent();
    void peekingAgainKeepsTheSelection();
    void doesNotCallAQueueEmptyThatIsNot();
    void tellsBindingsThatLeadInFromThoseThatLeadOut();
    void opensAPlaceOnce();
    void showsNoPasswordAnywhere();
    void savesNoUnsafeConnection();
    void readsItsCommandLine();
    void everyControlHasAName();
    void showsItsDialogs();
};

void tst_InspectorWindow::initTestCase()
{
    QApplication::setStyle(QStyleFactory::create(u"Fusion"_s));
    g_before = qInstallMessageHandler(collect);
}

void tst_InspectorWindow::cleanupTestCase()
{
    qInstallMessageHandler(g_before);
}

void tst_InspectorWindow::cleanup()
{
    QCOMPARE(g_warnings, QStringList());
    g_warnings.clear();
}

void tst_InspectorWindow::opensEachPlaceOfTheDemo_data()
{
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("table"); // must have rows
    QTest::addColumn<bool>("dark");
    const QList<QPair<QString, QString>> places{
        {u"queues"_s, u"queueTable"_s},
        {u"queues/celery"_s, u"messageTable"_s},
        {u"queues/orders.europe"_s, u"messageTable"_s},
        {u"queues/legacy.import"_s, u"messageTable"_s},
        {u"queues/orders.audit?tab=bindings"_s, u"bindingTable"_s},
        {u"queues/images.resize?tab=unacked"_s, u"unackedTable"_s},
        {u"queues/notifications.sms"_s, QString()},
        {u"exchanges/orders"_s, u"bindingTable"_s},
        {u"unacked"_s, u"unackedTable"_s},
        {u"publish"_s, QString()},
        {u"watch/celery"_s, u"watchTable"_s},
        {u"subscribe/shop.events"_s, u"watchTable"_s},
        {u"consume/orders.europe"_s, QString()},
    };
    for (const bool dark : {false, true}) {
        for (const auto &[place, table] : places)
            QTest::addRow("%s %s", qPrintable(place), dark ? "dark" : "light")
                << place << table << dark;
    }
}

void tst_InspectorWindow::opensEachPlaceOfTheDemo()
{
    QFETCH(QString, place);
    QFETCH(QString, table);
    QFETCH(bool, dark);
    QApplication::setPalette(dark ? darkPalette() : QApplication::style()->standardPalette());
    static SampleTraffic traffic;
    static bool started = false;
    if (!std::exchange(started, true))
        traffic.start();
    Desk desk{BrokerUrl(SampleTraffic::url())};
    QTRY_VERIFY_WITH_TIMEOUT(desk.session.inventory().queues.size() >= 11, 20'000);
    QVERIFY(desk.window.openPlace(place));
    if (!table.isEmpty()) {
        auto *view = desk.page()->findChild<QTableView *>(table);
        QVERIFY(view);
        QTRY_VERIFY_WITH_TIMEOUT(view->model()->rowCount() > 0, 20'000);
        if (!view->currentIndex().isValid())
            view->setCurrentIndex(view->model()->index(0, 0));
    }
    for (const QLabel *label : desk.window.findChildren<QLabel *>())
        QVERIFY2(label->textFormat() == Qt::PlainText || label->objectName().startsWith(u"qt_")
                     || label->buddy() || label->text().isEmpty(),
                 qPrintable(label->text()));
    QString name = place;
    takePicture(&desk.window,
                name.replace(u'/', u'-').replace(u'?', u'-') + (dark ? u"-dark" : u"-light"));
}

void tst_InspectorWindow::showsAnEmptyBroker()
{
    QApplication::setPalette(QApplication::style()->standardPalette());
    TestBroker broker;
    Desk desk(broker.url(), Environment::Production);
    QTRY_VERIFY(desk.session.inventory().takenAt.isValid());
    QTRY_VERIFY(desk.session.gate()->isReadOnly());
    QVERIFY(desk.window.windowTitle().startsWith(u"[PROD]"));
    QVERIFY(!desk.page()->findChild<QTableView *>(u"queueTable"_s)->isVisible());
    takePicture(&desk.window, u"empty-production"_s);
}

// A port that nobody listens on: taken and given back.
static QString deadUrl()
{
    return u"redis+socket:///nonexistent/redis.sock"_s;
}

void tst_InspectorWindow::saysInPlainWordsWhatIsWrong()
{
    Desk desk{BrokerUrl(deadUrl())};
    auto *banner = desk.window.findChild<InlineBanner *>(u"connectionBanner"_s);
    QTRY_VERIFY_WITH_TIMEOUT(banner->isVisible(), 20'000);
    QVERIFY2(banner->text().startsWith(u"Redis cannot be reached"), qPrintable(banner->text()));
    QVERIFY(banner->findChild<QPushButton *>(u"bannerAction"_s)->isVisible());
    takePicture(&desk.window, u"error-unreachable"_s);

    const BrokerUrl secret(u"redis://:hunter2@host/0"_s);
    const ErrorText refused =
        describeError(Error(Error::Authentication, u"WRONGPASS for hunter2"_s), secret);
    QCOMPARE(refused.sentence, u"Redis refused the password."_s);
    QVERIFY(!refused.details.contains(u"hunter2"));
    QCOMPARE(describeError(Error(Error::Authentication, {}), BrokerUrl(u"redis://host"_s)).sentence,
             u"Redis wants a password."_s);
}

void tst_InspectorWindow::keepsOldRowsWhenTheBrokerGoes()
{
    TestBroker broker;
    QVERIFY(broker.declare(Queue(u"orders"_s)));
    QVERIFY(broker.publish(u"orders"_s, u"x"_s));
    Desk desk(broker.url());
    QTRY_COMPARE(desk.session.inventory().queues.size(), 1);
    QVERIFY(desk.window.openPlace(u"queues/orders"_s));
    auto *table = desk.page()->findChild<QTableView *>(u"messageTable"_s);
    QTRY_COMPARE(table->model()->rowCount(), 1);
    desk.session.close();
    desk.page()->refresh();
    QTRY_VERIFY(desk.page()->findChild<QPushButton *>(u"bannerAction"_s)->isVisible()
                || table->model()->index(0, 1).data(DimmedRole).toBool());
    QCOMPARE(table->model()->rowCount(), 1);
}

void tst_InspectorWindow::showsAMessageInAllItsForms()
{
    MessageView view;
    view.show();
    MessageRecord record;
    record.body = R"([[7, "\u6d77"], {"retry": true}, {"chain": null}])";
    record.contentType = u"application/json"_s;
    record.headers = {
        {u"task"_s, u"shop.mail"_s}, {u"id"_s, u"4711"_s}, {u"html"_s, u"<b>bold</b>"_s}};
    record.queue = u"celery"_s;
    view.setMessage(record);
    QVERIFY(view.bodyView()->text().contains(u"海"));
    QVERIFY(view.bodyView()->note().isEmpty());
    auto *tabs = view.findChild<QTabWidget *>();
    QVERIFY(tabs->isTabVisible(3)); // Celery
    record.headers.clear();
    view.setMessage(record);
    QVERIFY(!tabs->isTabVisible(3));

    record.body = "[" + QByteArray("1234567,").repeated(400'000) + "1]"; // on another thread
    view.setMessage(record);
    QTRY_VERIFY_WITH_TIMEOUT(view.bodyView()->text().startsWith(u"[\n  1234567"), 20'000);
    const auto labels = view.findChildren<QLabel *>();
    QVERIFY(std::any_of(labels.cbegin(), labels.cend(), [](const QLabel *label) {
        return label->text().startsWith(u"Showing the first 1");
    }));
    view.setMessage({}); // the answer for the old one must not come back
    QVERIFY(view.bodyView()->text().isEmpty());
}

void tst_InspectorWindow::showsBrokenBodiesAsTheyAre()
{
    MessageView view;
    MessageRecord record;
    record.body = "{\"a\": <img src=x>}";
    record.contentType = u"application/json"_s;
    view.setMessage(record);
    QVERIFY(view.bodyView()->note().contains(u"could not be decoded"));
    QVERIFY(view.bodyView()->note().contains(u"byte 6"));
    QCOMPARE(view.bodyView()->text(), u"{\"a\": <img src=x>}"_s);
    record.contentType = u"application/x-python-serialize"_s;
    view.setMessage(record);
    QVERIFY(view.bodyView()->note().contains(u"Refused"));
    QVERIFY(view.bodyView()->text().startsWith(u"00000000"));
}

void tst_InspectorWindow::publishesAndSaysWhereItWent()
{
    TestBroker broker;
    const Exchange shop(u"shop"_s, ExchangeType::Topic);
    QVERIFY(broker.declare(Queue(u"orders"_s, shop, u"order.*"_s)));
    QVERIFY(broker.declare(Queue(u"audit"_s, shop, u"#"_s)));
    Desk desk(broker.url());
    QTRY_COMPARE(desk.session.inventory().queues.size(), 2);
    QVERIFY(desk.window.openPlace(u"publish"_s));
    auto *page = qobject_cast<PublishPage *>(desk.page());
    auto *preview = page->findChild<QLabel *>(u"routingPreview"_s);
    auto *result = page->findChild<QLabel *>(u"publishResult"_s);
    page->setExchange(u"shop"_s);
    page->findChild<QLineEdit *>(u"publishKey"_s)->setText(u"order.new"_s);
    QVERIFY2(preview->text().startsWith(u"→ audit, orders (2 queue"), qPrintable(preview->text()));
    page->findChild<QLineEdit *>(u"publishKey"_s)->setText(u"order.new.eu"_s);
    QVERIFY(preview->text().startsWith(u"→ audit (1 queue"));
    auto *body = page->findChild<QPlainTextEdit *>(u"publishBody"_s);
    body->setPlainText(u"{"_s);
    QVERIFY(!page->findChild<QPushButton *>(u"sendButton"_s)->isEnabled());
    body->setPlainText(u"{\"n\": 12345678901234567890}"_s);
    page->send();
    QTRY_VERIFY_WITH_TIMEOUT(result->text().startsWith(u"Confirmed"), 10'000);
    QCOMPARE(broker.ready(u"audit"_s), 1);
    QCOMPARE(broker.ready(u"orders"_s), 0);
    takePicture(&desk.window, u"published"_s);
    page->findChild<QPlainTextEdit *>(u"headersTable"_s)->setPlainText(u"[1]"_s);
    page->send();
    QVERIFY(result->text().contains(u"headers"));
    QCOMPARE(broker.ready(u"audit"_s), 1);
}

void tst_InspectorWindow::peekingAgainKeepsTheSelection()
{
    TestBroker broker;
    QVERIFY(broker.declare(Queue(u"orders"_s)));
    for (int i = 0; i < 5; ++i)
        QVERIFY(broker.publish(u"orders"_s, u"message %1"_s.arg(i)));
    Desk desk(broker.url());
    QVERIFY(desk.window.openPlace(u"queues/orders"_s));
    auto *table = desk.page()->findChild<QTableView *>(u"messageTable"_s);
    QAbstractItemModelTester tester(table->model(),
                                    QAbstractItemModelTester::FailureReportingMode::QtTest);
    QTRY_COMPARE(table->model()->rowCount(), 5);
    table->setCurrentIndex(table->model()->index(3, 0));
    const QString body = table->model()->index(3, Body).data().toString();
    QVERIFY(broker.publish(u"orders"_s, u"another"_s));
    desk.page()->refresh();
    QTRY_COMPARE(table->model()->rowCount(), 6);
    QCOMPARE(table->currentIndex().siblingAtColumn(Body).data().toString(), body);
    QCOMPARE(broker.ready(u"orders"_s), 6);
    desk.page()->findChild<QComboBox *>(u"peekEnd"_s)->setCurrentIndex(1); // newest first
    QTRY_COMPARE(table->model()->index(0, Body).data().toString(), u"another"_s);
}

void tst_InspectorWindow::doesNotCallAQueueEmptyThatIsNot()
{
    TestBroker broker;
    QVERIFY(broker.declare(Queue(u"orders"_s)));
    Desk desk(broker.url());
    QTRY_COMPARE(desk.session.inventory().queues.size(), 1);
    QVERIFY(desk.window.openPlace(u"queues/orders"_s));
    auto *table = desk.page()->findChild<QTableView *>(u"messageTable"_s);
    QTRY_VERIFY(!table->isVisible()); // "This queue is empty."
    QVERIFY(broker.publish(u"orders"_s, u"first"_s));
    desk.session.refresh();
    QTRY_COMPARE(table->model()->rowCount(), 1);
    QVERIFY(table->isVisible());
}

void tst_InspectorWindow::tellsBindingsThatLeadInFromThoseThatLeadOut()
{
    TestBroker broker;
    const Exchange upstream(u"upstream"_s, ExchangeType::Topic);
    const Exchange hub(u"hub"_s, ExchangeType::Fanout);
    const Exchange sink(u"sink"_s, ExchangeType::Fanout);
    QVERIFY(broker.declare(Queue(u"orders"_s, hub)));
    for (const Exchange &to : {hub, sink}) {
        QVERIFY(broker.connection()->defaultChannel()->declare(to).wait().isOk());
        QVERIFY(broker.connection()
                    ->defaultChannel()
                    ->bind({upstream, u"order.*"_s, {}, {}, to.name()})
                    .wait()
                    .isOk());
    }
    Desk desk(broker.url());
    QTRY_COMPARE(desk.session.inventory().bindings.size(), 3);
    const auto open = [&](const QString &place) {
        desk.window.openPlace(place);
        return std::tuple(desk.page()->findChild<QTableView *>(u"bindingTable"_s),
                          desk.page()->findChild<QLabel *>(u"incomingBindings"_s),
                          desk.page()->findChild<QLabel *>(u"emptyText"_s));
    };
    const QString from = u"Gets messages from exchange upstream, routing key “order.*”"_s;
    {
        const auto [table, incoming, empty] = open(u"exchanges/hub"_s);
        QCOMPARE(table->model()->rowCount(), 1);
        QCOMPARE(table->model()->index(0, BindingTableModel::QueueColumn).data().toString(),
                 u"orders"_s);
        QCOMPARE(incoming->text(), from);
        QVERIFY(incoming->isVisible() && table->isVisible() && !empty->isVisible());
    }
    {
        const auto [table, incoming, empty] = open(u"exchanges/sink"_s);
        QVERIFY(!table->isVisible() && empty->isVisible());
        QCOMPARE(incoming->text(), from);
        QVERIFY(empty->text().startsWith(u"Nothing is bound to this exchange"));
    }
    {
        const auto [table, incoming, empty] = open(u"exchanges/upstream"_s);
        QCOMPARE(table->model()->rowCount(), 2);
        QVERIFY(table->isVisible() && !incoming->isVisible());
    }
    {
        const auto [table, incoming, empty] = open(u"exchanges/NOPE"_s);
        QVERIFY(!table->isVisible() && !incoming->isVisible());
        QCOMPARE(empty->text(), u"There is no exchange of this name."_s);
    }
    {
        const auto [table, incoming, empty] = open(u"exchanges/"_s);
        QVERIFY(empty->text().startsWith(u"The default exchange sends"));
    }
}

void tst_InspectorWindow::opensAPlaceOnce()
{
    TestBroker broker;
    QVERIFY(broker.declare(Queue(u"news"_s, Exchange(u"news"_s, ExchangeType::Fanout))));
    Desk desk(broker.url());
    auto *tabs = desk.window.findChild<PlacesTabs *>(u"placesTabs"_s);
    for (const QString &place :
         {u"queues/news"_s, u"exchanges/news"_s, u"watch/news"_s, u"subscribe/news"_s,
          u"queues/news?tab=bindings"_s, u"subscribe/news"_s, u"watch/news"_s})
        QVERIFY(desk.window.openPlace(place));
    QCOMPARE(tabs->count(), 5); // with "queues"
    QCOMPARE(desk.page()->place(), u"watch/news"_s);
    for (const QString &place : {u"nonsense"_s, u"queues/"_s, u"watch"_s, u""_s})
        QVERIFY2(!desk.window.openPlace(place), qPrintable(place));
}

void tst_InspectorWindow::showsNoPasswordAnywhere()
{
    const QString secret = u"hunter2"_s;
    QTemporaryDir folder;
    const QString file = folder.filePath(u"inspector.ini"_s);
    {
        Settings settings(file);
        BrokerSession session;
        MainWindow window(&session, &settings);
        window.show();
        window.openBroker(
            BrokerUrl(
                u"redis://user:hunter2@127.0.0.1:1/0;redis://:hunter2@127.0.0.1:1/1?ssl_password=hunter2"_s),
            Environment::None);
        auto *banner = window.findChild<InlineBanner *>(u"connectionBanner"_s);
        QTRY_VERIFY_WITH_TIMEOUT(banner->isVisible(), 20'000);
        QVERIFY(!window.windowTitle().contains(secret));
        for (const QLabel *label : window.findChildren<QLabel *>())
            QVERIFY2(!label->text().contains(secret), qPrintable(label->text()));
        window.askForBroker();
        for (const QComboBox *combo : window.findChildren<QComboBox *>())
            QVERIFY(!combo->currentText().contains(secret));
        window.close();
    }
    QFile saved(file);
    QVERIFY(saved.open(QIODevice::ReadOnly));
    const QByteArray contents = saved.readAll();
    QVERIFY(contents.contains("redis://user@127.0.0.1:1/0"));
    QVERIFY(!contents.contains("hunter2"));
}

// Somebody said so for this time only: the next time it is asked for again.
void tst_InspectorWindow::savesNoUnsafeConnection()
{
    QTemporaryDir folder;
    Settings settings(folder.filePath(u"inspector.ini"_s));
    settings.addRecentBroker(
        BrokerUrl(
            u"rediss://h/0?ssl_ca_certs=/ca.pem&ssl_cert_reqs=none&ssl_check_hostname=False"_s),
        0);
    settings.addRecentBroker(BrokerUrl(u"amqps://h?ssl_cert_reqs=CERT_NONE"_s), 0);
    QCOMPARE(settings.recentBrokers().at(0).url, u"amqps://h"_s);
    QCOMPARE(settings.recentBrokers().at(1).url, u"rediss://h/0?ssl_ca_certs=/ca.pem"_s);
}

void tst_InspectorWindow::readsItsCommandLine()
{
    const QString program = u"qombu-inspector"_s;
    CommandLine line = CommandLine::parse(
        {program, u"--read-only"_s, u"--open"_s, u"watch/a"_s, u"redis://host"_s});
    QCOMPARE(line.outcome, CommandLine::Run);
    QVERIFY(line.readOnly);
    QCOMPARE(line.place, u"watch/a"_s);
    QCOMPARE(line.url, u"redis://host"_s);
    QCOMPARE(CommandLine::parse({program, u"--help"_s}).outcome, CommandLine::Help);
    QVERIFY(CommandLine::parse({program, u"--help"_s}).text.contains(u"--screenshot"));
    QCOMPARE(CommandLine::parse({program, u"--version"_s}).outcome, CommandLine::Version);
    QCOMPARE(CommandLine::parse({program, u"--nonsense"_s}).outcome, CommandLine::Wrong);
    QCOMPARE(CommandLine::parse({program, u"a://b"_s, u"c://d"_s}).outcome, CommandLine::Wrong);
    QCOMPARE(CommandLine::parse({program}).url, QString());
}

void tst_InspectorWindow::everyControlHasAName()
{
    TestBroker broker;
    QVERIFY(broker.declare(Queue(u"orders"_s, Exchange(u"news"_s, ExchangeType::Fanout))));
    Desk desk(broker.url());
    QTRY_COMPARE(desk.session.inventory().queues.size(), 1);
    for (const QString &place : {u"queues"_s, u"queues/orders"_s, u"exchanges/news"_s, u"publish"_s,
                                 u"watch/orders"_s, u"consume/orders"_s}) {
        QVERIFY(desk.window.openPlace(place));
        for (QWidget *widget : desk.window.findChildren<QWidget *>()) {
            if (!widget->isVisible() || widget->focusPolicy() == Qt::NoFocus || widget->focusProxy()
                || qobject_cast<QTabBar *>(widget) || widget->objectName().startsWith(u"qt_")
                || qobject_cast<QLabel *>(widget))
                continue;
            if (qobject_cast<QLineEdit *>(widget)
                && qobject_cast<QComboBox *>(widget->parentWidget()))
                continue; // named by its combo box
            QAccessibleInterface *accessible = QAccessible::queryAccessibleInterface(widget);
            QVERIFY(accessible);
            QVERIFY2(!accessible->text(QAccessible::Name).isEmpty(),
                     qPrintable(place + u": "_s
                                + QString::fromLatin1(widget->metaObject()->className()) + u' '
                                + widget->objectName()));
        }
    }
}

void tst_InspectorWindow::showsItsDialogs()
{
    for (const bool dark : {false, true}) {
        QApplication::setPalette(dark ? darkPalette() : QApplication::style()->standardPalette());
        const QString suffix = dark ? u"-dark"_s : u"-light"_s;
        OpenBrokerDialog open({u"redis://localhost"_s});
        open.setUrl(u"redis://user@localhost:6379/0"_s, Environment::Staging);
        open.askForPassword(u"Redis refused the password of user “user”."_s);
        open.show();
        open.findChild<QLineEdit *>(u"brokerPassword"_s)->setText(u"hunter2"_s);
        QCOMPARE(open.url().password(), u"hunter2"_s);
        QCOMPARE(open.url().userName(), u"user"_s);
        QCOMPARE(open.environment(), Environment::Staging);
        takePicture(&open, u"dialog-open"_s + suffix);
        open.setUrl(u"nothing at all"_s, Environment::None);
        QVERIFY(!open.findChild<QPushButton *>(u"openButton"_s)->isEnabled());
        ConfirmDialog confirm(
            {u"Purge orders"_s,
             u"All messages waiting in “orders” are destroyed, 12 340 at the last look."_s,
             u"Purge 12 340 messages"_s, u"orders"_s, Environment::Production});
        confirm.show();
        takePicture(&confirm, u"dialog-confirm"_s + suffix);
    }
}

QOMBU_TEST_WITH(QApplication, tst_InspectorWindow)
#include "tst_inspectorwindow.moc"
