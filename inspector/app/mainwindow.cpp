// SPDX-License-Identifier: BSD-3-Clause
#include "app/mainwindow.h"

#include "broker/errortext.h"
#include "models/activitymodel.h"
#include "views/brokerpage.h"
#include "views/brokerpanel.h"
#include "views/celldelegate.h"
#include "views/consumepage.h"
#include "views/environmentbar.h"
#include "views/exchangepage.h"
#include "views/inlinebanner.h"
#include "views/listpages.h"
#include "views/messageview.h"
#include "views/openbrokerdialog.h"
#include "views/overviewpage.h"
#include "views/placestabs.h"
#include "views/publishpage.h"
#include "views/queuepage.h"
#include "views/statusstrip.h"
#include "views/unackedview.h"
#include "views/watchpage.h"

#include <QtCore/qlocale.h>
#include <QtGui/qevent.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qdockwidget.h>
#include <QtWidgets/qinputdialog.h>
#include <QtWidgets/qmenubar.h>
#include <QtWidgets/qstatusbar.h>
#include <QtWidgets/qtableview.h>

namespace Qombu::Inspector {
namespace {

constexpr int StateVersion = 1; // of docks and tool bars

QDockWidget *makeDock(const QString &name, const QString &title, QWidget *contents,
                      int minimumWidth)
{
    auto *dock = new QDockWidget(title);
    dock->setObjectName(name);
    dock->setWidget(contents);
    contents->setMinimumWidth(minimumWidth);
    return dock;
}

} // namespace

MainWindow::MainWindow(BrokerSession *session, Settings *settings, QWidget *parent)
    : QMainWindow(parent)
    , m_session(session)
    , m_settings(settings)
    , m_places(new PlacesTabs([this](const QString &place) { return makePage(place); }))
    , m_brokers(new BrokerPanel(session))
    , m_message(new MessageView)
    , m_status(new StatusStrip(session))
    , m_banner(new InlineBanner)
    , m_menuBar(new QMenuBar)
{
    setMinimumSize(960, 600);
    resize(1280, 800);
    setDockOptions(AnimatedDocks | AllowTabbedDocks);
    auto *top = new QWidget; // the bar runs over the whole window
    auto *topLayout = new QVBoxLayout(top);
    topLayout->setContentsMargins(0, 0, 0, 0);
    topLayout->setSpacing(0);
    topLayout->addWidget(new EnvironmentBar(session->gate()));
    topLayout->addWidget(m_menuBar);
    setMenuWidget(top);
    buildDocks();
    buildCentre();
    buildActions();
    statusBar()->addPermanentWidget(m_status, 1);
    statusBar()->setSizeGripEnabled(false);
    connectSession();
    restoreWindow();
    m_places->open(QStringLiteral("queues"));
    updateTitle();
    updateActions();
}

MainWindow::~MainWindow() = default;

void MainWindow::buildDocks()
{
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    m_brokersDock = makeDock(QStringLiteral("brokersDock"), tr("Broker"), m_brokers, 244);
    m_messageDock = makeDock(QStringLiteral("messageDock"), tr("Message"), m_message, 320);
    auto *activity = new QTableView;
    activity->setObjectName(QStringLiteral("activityTable"));
    activity->setAccessibleName(tr("Changes made by this program"));
    activity->setModel(new ActivityModel(m_session->gate(), activity));
    activity->setFrameShape(QFrame::NoFrame);
    setUpTable(activity, {QStringLiteral("00:00:00"), QString(40, u'n'), QString(40, u'n')},
               ActivityModel::ResultColumn);
    m_activityDock = makeDock(QStringLiteral("activityDock"), tr("Activity"), activity, 220);
    addDockWidget(Qt::LeftDockWidgetArea, m_brokersDock);
    addDockWidget(Qt::RightDockWidgetArea, m_messageDock);
    addDockWidget(Qt::BottomDockWidgetArea, m_activityDock);
    resizeDocks({m_brokersDock, m_messageDock}, {290, 380}, Qt::Horizontal);
    resizeDocks({m_activityDock}, {180}, Qt::Vertical);
    m_activityDock->hide();
}

void MainWindow::buildCentre()
{
    auto *centre = new QWidget;
    centre->setMinimumWidth(380); // in a small window the docks give way
    auto *layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_banner->setObjectName(QStringLiteral("connectionBanner"));
    layout->addWidget(m_banner);
    layout->addWidget(m_places, 1);
    setCentralWidget(centre);
    connect(m_places, &PlacesTabs::messageChanged, this, [this](const MessageRecord *message) {
        message ? m_message->setMessage(*message) : m_message->clear();
        m_status->setBufferBytes(m_places->bufferBytes());
    });
    connect(m_places, &QTabWidget::currentChanged, this, &MainWindow::updateActions);
    connect(m_places, &QTabWidget::currentChanged, this, &MainWindow::updateMessageDock);
    connect(m_messageDock->toggleViewAction(), &QAction::triggered, this,
            [this](bool shown) { m_wantsMessages = shown; });
    m_messageDock->installEventFilter(this);
    connect(m_brokers, &BrokerPanel::placeRequested, this, &MainWindow::openPlace);
    connect(m_brokers, &BrokerPanel::contextMenuRequested, this, &MainWindow::showQueueMenu);
}

void MainWindow::connectSession()
{
    connect(m_session, &BrokerSession::stateChanged, this, &MainWindow::showSessionState);
    connect(m_session, &BrokerSession::errorChanged, this, &MainWindow::showSessionState);
    connect(m_session, &BrokerSession::reset, this, [this] {
        m_places->closeAllBut(QStringLiteral("queues"));
        m_message->clear();
        updateTitle();
    });
    connect(m_session, &BrokerSession::refreshed, this, [this] {
        m_status->setBufferBytes(m_places->bufferBytes());
        updateActions();
    });
    connect(m_session->gate(), &WriteGate::readOnlyChanged, this, &MainWindow::updateActions);
    connect(m_session->gate(), &WriteGate::environmentChanged, this, [this] {
        updateTitle();
        updateActions();
    });
    connect(m_session->gate(), &WriteGate::recordAdded, this, [this] {
        const WriteRecord &record = m_session->gate()->records().constLast();
        if (record.error.isError())
            statusBar()->showMessage(record.what + QStringLiteral(": ") + record.error.text(),
                                     6000);
    });
    connect(m_banner, &InlineBanner::actionTriggered, this, [this] {
        if (m_session->error().kind() == Error::Authentication)
            askForBroker(describeError(m_session->error(), m_session->url()).sentence);
        else
            m_session->retry();
    });
}

void MainWindow::showSessionState()
{
    updateActions();
    const Error error = m_session->error();
    if (!error.isError()) {
        m_banner->dismiss();
        return;
    }
    const bool needsPerson = error.kind() == Error::Unsupported
        || error.kind() == Error::Authentication || error.kind() == Error::Configuration;
    const QDateTime at = m_session->inventory().takenAt.toLocalTime();
    QStringList notes;
    if (at.isValid())
        notes.append(
            tr("Showing what was there at %1.").arg(QLocale().toString(at.time(), u"HH:mm:ss")));
    if (!needsPerson)
        notes.append(tr("Trying again by itself."));
    m_banner->showError(describeError(error, m_session->url()), notes.join(u' '));
    m_banner->setAction(error.kind() == Error::Authentication ? tr("Sign in…") : tr("Retry"));
}

void MainWindow::restoreWindow()
{
    // What does not fit any more is forgotten without a word.
    if (!m_settings->geometry().isEmpty())
        restoreGeometry(m_settings->geometry());
    if (!m_settings->windowState().isEmpty())
        restoreState(m_settings->windowState(), StateVersion);
    m_wantsMessages = !m_messageDock->isHidden();
}

// A table of queues needs the place more than an empty message.
void MainWindow::updateMessageDock()
{
    const Page *page = m_places->currentPage();
    m_messageDock->setVisible(m_wantsMessages && (!page || page->showsMessages()));
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    m_messageDock->setVisible(m_wantsMessages); // whatever page is in front
    m_settings->saveWindow(saveGeometry(), saveState(StateVersion));
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent *event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::WindowStateChange)
        updatePolling();
}

void MainWindow::showEvent(QShowEvent *event)
{
    QMainWindow::showEvent(event);
    updatePolling();
}

void MainWindow::hideEvent(QHideEvent *event)
{
    QMainWindow::hideEvent(event);
    updatePolling();
}

bool MainWindow::eventFilter(QObject *object, QEvent *event)
{
    if (object == m_messageDock && event->type() == QEvent::Close)
        m_wantsMessages = false; // by its button
    return QMainWindow::eventFilter(object, event);
}

// Nobody looks at a hidden window: it asks the broker nothing.
void MainWindow::updatePolling()
{
    m_session->setPaused(!isVisible() || isMinimized());
}

void MainWindow::updateTitle()
{
    const QString environment = Theme::environmentName(m_session->gate()->environment());
    const QString prefix =
        environment.isEmpty() ? QString() : QString(u'[' + environment + QStringLiteral("] "));
    setWindowTitle(prefix + m_session->name() + QStringLiteral(" \u2014 Qombu Inspector"));
}

void MainWindow::openBroker(const BrokerUrl &url, Environment environment)
{
    m_session->gate()->setEnvironment(environment);
    m_settings->addRecentBroker(url, int(environment));
    Q_EMIT brokerOpened(url);
    m_session->open(url);
    updateTitle();
}

void MainWindow::askForBroker(const QString &reason)
{
    QStringList recent;
    for (const RecentBroker &broker : m_settings->recentBrokers())
        recent.append(broker.url);
    auto *dialog = new OpenBrokerDialog(recent, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setUrl(urlWithoutSecrets(m_session->url()), m_session->gate()->environment());
    if (!reason.isEmpty())
        dialog->askForPassword(reason);
    connect(dialog, &QDialog::accepted, this,
            [this, dialog] { openBroker(dialog->url(), dialog->environment()); });
    dialog->open();
}

// For brokers that do not list their queues.
void MainWindow::askForQueue()
{
    auto *dialog = new QInputDialog(this);
    dialog->setObjectName(QStringLiteral("queueNameDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Go to queue"));
    dialog->setLabelText(tr("Name of the queue:"));
    connect(dialog, &QInputDialog::textValueSelected, this, [this](const QString &name) {
        if (!name.isEmpty())
            openPlace(QStringLiteral("queues/") + name);
    });
    dialog->open();
}

bool MainWindow::openPlace(const QString &place)
{
    return m_places->open(place) != nullptr;
}

Page *MainWindow::makePage(const QString &place)
{
    const QString kind = place.section(u'/', 0, 0);
    const QString name = place.section(u'/', 1);
    const bool named = place.contains(u'/');
    Page *page = nullptr;
    if (place == u"queues")
        page = new OverviewPage(m_session);
    else if (place == u"overview")
        page = new BrokerPage(m_session);
    else if (place == u"unacked")
        page = new UnackedPage(m_session);
    else if (place == u"publish")
        page = new PublishPage(m_session);
    else if (!named)
        page = makeListPage(m_session, place);
    else if (kind == u"queues" && !name.isEmpty())
        page = new QueuePage(m_session, name);
    else if (kind == u"exchanges" && named)
        page = new ExchangePage(m_session, name);
    else if (kind == u"watch" && !name.isEmpty())
        page = new WatchPage(m_session, LiveWatch::QueueSource, name);
    else if (kind == u"subscribe" && !name.isEmpty())
        page = new WatchPage(m_session, LiveWatch::FanoutSource, name);
    else if (kind == u"consume" && !name.isEmpty())
        page = new ConsumePage(m_session, name);
    if (page)
        connectPage(page);
    return page;
}

void MainWindow::connectPage(Page *page)
{
    if (auto *overview = qobject_cast<OverviewPage *>(page)) {
        connect(overview, &OverviewPage::queueNameWanted, this, &MainWindow::askForQueue);
    } else if (auto *queue = qobject_cast<QueuePage *>(page)) {
        connect(queue, &QueuePage::watchRequested, this,
                [this](const QString &name) { openPlace(QStringLiteral("watch/") + name); });
        connect(queue, &QueuePage::publishRequested, this,
                [this](const QString &name) { publishTo(name, {}); });
        connect(queue, &QueuePage::menuRequested, this, &MainWindow::showQueueMenu);
    } else if (auto *exchange = qobject_cast<ExchangePage *>(page)) {
        connect(exchange, &ExchangePage::subscribeRequested, this,
                [this](const QString &name) { openPlace(QStringLiteral("subscribe/") + name); });
        connect(exchange, &ExchangePage::publishRequested, this,
                [this](const QString &name) { publishTo({}, name); });
    }
}

// What the actions of the Queue menu are about.
QString MainWindow::currentQueue() const
{
    if (!m_menuQueue.isEmpty())
        return m_menuQueue;
    const Page *page = m_places->currentPage();
    const QString place = page ? page->place() : QString();
    for (const QString &kind :
         {QStringLiteral("queues/"), QStringLiteral("watch/"), QStringLiteral("consume/")}) {
        if (place.startsWith(kind))
            return place.mid(kind.size());
    }
    return m_brokers->selectedQueue();
}

} // namespace Qombu::Inspector
