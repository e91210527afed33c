// SPDX-License-Identifier: BSD-3-Clause
#include "app/mainwindow.h"
#include "broker/errortext.h"
#include "broker/sampletraffic.h"
#include "views/brokerpanel.h"
#include "views/confirmdialog.h"
#include "views/placestabs.h"
#include "views/publishpage.h"
#include "views/theme.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qlocale.h>
#include <QtCore/qregularexpression.h>
#include <QtGui/qactiongroup.h>
#include <QtWidgets/qdockwidget.h>
#include <QtWidgets/qmenu.h>
#include <QtWidgets/qmenubar.h>
#include <QtWidgets/qmessagebox.h>
#include <QtWidgets/qstatusbar.h>
#include <QtWidgets/qtoolbar.h>
#include <QtWidgets/qtoolbutton.h>

namespace Qombu::Inspector {
namespace {

using namespace std::chrono_literals;
constexpr std::chrono::seconds Intervals[] = {0s, 1s, 5s, 10s, 30s};

} // namespace

QAction *MainWindow::makeAction(const QString &name, const QString &text, const char *icon,
                                const QKeySequence &shortcut)
{
    auto *action = new QAction(text, this);
    action->setObjectName(name);
    // For tool bars: Chinese and others put the letter of the menu in brackets.
    action->setIconText(
        QString(text).remove(QRegularExpression(QStringLiteral("\\(&.\\)|&|\u2026"))));
    if (*icon)
        action->setIcon(Theme::icon(icon));
    action->setShortcut(shortcut);
    return action;
}

void MainWindow::buildActions()
{
    buildBrokerMenu();
    buildViewMenu();
    buildQueueMenu();
    auto *help = m_menuBar->addMenu(tr("&Help"));
    auto *about = makeAction(QStringLiteral("aboutAction"), tr("&About Qombu Inspector"), "");
    help->addAction(about);
    connect(about, &QAction::triggered, this, [this] {
        auto *box = new QMessageBox(
            QMessageBox::NoIcon, tr("About Qombu Inspector"),
            tr("Qombu Inspector %1\n\nLooks into the queues of message brokers without changing "
               "them.\n"
               "Qt %2. BSD-3-Clause licence.")
                .arg(QCoreApplication::applicationVersion(), QString::fromLatin1(qVersion())),
            QMessageBox::Close, this);
        box->setTextFormat(Qt::PlainText);
        box->setAttribute(Qt::WA_DeleteOnClose);
        box->open();
    });
    buildToolBar();
}

void MainWindow::buildBrokerMenu()
{
    QMenu *menu = m_menuBar->addMenu(tr("&Broker"));
    m_openAction =
        makeAction(QStringLiteral("openAction"), tr("&Open…"), "open", QKeySequence::Open);
    m_retryAction = makeAction(QStringLiteral("retryAction"), tr("&Connect again"), "");
    m_readOnlyAction = makeAction(QStringLiteral("readOnlyAction"), tr("&Read-only mode"), "lock",
                                  QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_R));
    m_readOnlyAction->setCheckable(true);
    auto *demo = makeAction(QStringLiteral("demoAction"), tr("Open the &demo broker"), "");
    auto *quit = makeAction(QStringLiteral("quitAction"), tr("&Quit"), "", QKeySequence::Quit);
    menu->addAction(m_openAction);
    m_recentMenu = menu->addMenu(tr("Open &recent"));
    menu->addAction(demo);
    menu->addSeparator();
    menu->addAction(m_retryAction);
    QMenu *environments = menu->addMenu(tr("&Environment"));
    m_environments = new QActionGroup(this);
    for (const auto environment : {Environment::None, Environment::Development,
                                   Environment::Staging, Environment::Production}) {
        const QString name = Theme::environmentName(environment);
        QAction *action = environments->addAction(name.isEmpty() ? tr("None") : name);
        action->setCheckable(true);
        action->setData(int(environment));
        m_environments->addAction(action);
    }
    menu->addAction(m_readOnlyAction);
    menu->addSeparator();
    menu->addAction(quit);
    connect(m_openAction, &QAction::triggered, this, [this] { askForBroker(); });
    connect(m_recentMenu, &QMenu::aboutToShow, this, &MainWindow::fillRecentMenu);
    connect(demo, &QAction::triggered, this,
            [this] { openBroker(BrokerUrl(SampleTraffic::url()), Environment::None); });
    connect(m_retryAction, &QAction::triggered, m_session, &BrokerSession::retry);
    connect(m_environments, &QActionGroup::triggered, this, [this](QAction *action) {
        const auto environment = Environment(action->data().toInt());
        m_session->gate()->setEnvironment(environment);
        m_settings->addRecentBroker(m_session->url(), int(environment));
    });
    connect(m_readOnlyAction, &QAction::toggled, m_session->gate(), &WriteGate::setReadOnly);
    connect(quit, &QAction::triggered, this, &QWidget::close);
}

void MainWindow::fillRecentMenu()
{
    m_recentMenu->clear();
    for (const RecentBroker &broker : m_settings->recentBrokers()) {
        QAction *action = m_recentMenu->addAction(withoutMnemonic(broker.url));
        connect(action, &QAction::triggered, this, [this, broker] {
            openBroker(BrokerUrl(broker.url), Environment(broker.environment));
        });
    }
    m_recentMenu->setEnabled(true);
}

void MainWindow::buildViewMenu()
{
    QMenu *menu = m_menuBar->addMenu(tr("&View"));
    m_refreshAction = makeAction(QStringLiteral("refreshAction"), tr("&Refresh"), "refresh",
                                 QKeySequence(Qt::Key_F5));
    menu->addAction(m_refreshAction);
    m_intervalMenu = menu->addMenu(tr("Refresh &every"));
    auto *group = new QActionGroup(this);
    for (const auto interval : Intervals) {
        QAction *action = m_intervalMenu->addAction(
            interval == 0s ? tr("Off") : tr("%n second(s)", nullptr, int(interval.count())));
        action->setCheckable(true);
        action->setChecked(interval == m_session->interval());
        group->addAction(action);
        connect(action, &QAction::triggered, this,
                [this, interval] { m_session->setInterval(interval); });
    }
    menu->addSeparator();
    auto *queues = makeAction(QStringLiteral("queuesAction"), tr("&Queues"), "queue",
                              QKeySequence(Qt::CTRL | Qt::Key_1));
    auto *unacked = makeAction(QStringLiteral("unackedAction"), tr("&Unacked messages"), "unacked",
                               QKeySequence(Qt::CTRL | Qt::Key_2));
    auto *close =
        makeAction(QStringLiteral("closeTabAction"), tr("&Close tab"), "", QKeySequence::Close);
    menu->addActions({queues, unacked});
    addPlace(menu, QStringLiteral("overview"), tr("Broker &overview"), "overview");
    addPlace(menu, QStringLiteral("exchanges"), tr("&Exchanges"), "exchange");
    addPlace(menu, QStringLiteral("connections"), tr("Co&nnections"), "activity");
    addPlace(menu, QStringLiteral("channels"), tr("C&hannels"), "binding");
    addPlace(menu, QStringLiteral("consumers"), tr("Con&sumers"), "consume");
    addPlace(menu, QStringLiteral("policies"), tr("&Policies"), "info");
    menu->addAction(close);
    menu->addSeparator();
    for (QDockWidget *dock : {m_brokersDock, m_messageDock, m_activityDock})
        menu->addAction(dock->toggleViewAction());
    connect(m_refreshAction, &QAction::triggered, this, [this] {
        m_session->refresh();
        if (Page *page = m_places->currentPage())
            page->refresh();
    });
    connect(queues, &QAction::triggered, this, [this] { openPlace(QStringLiteral("queues")); });
    connect(unacked, &QAction::triggered, this, [this] { openPlace(QStringLiteral("unacked")); });
    connect(close, &QAction::triggered, this, [this] {
        if (m_places->currentIndex() >= 0)
            Q_EMIT m_places->tabCloseRequested(m_places->currentIndex());
    });
}

// What only brokers with such a list can show: the page says so where it is not.
void MainWindow::addPlace(QMenu *menu, const QString &place, const QString &text, const char *icon)
{
    QAction *action = makeAction(place + QStringLiteral("Action"), text, icon);
    menu->addAction(action);
    connect(action, &QAction::triggered, this, [this, place] { openPlace(place); });
}

void MainWindow::buildQueueMenu()
{
    QMenu *menu = m_menuBar->addMenu(tr("&Queue"));
    m_watchAction = makeAction(QStringLiteral("watchAction"), tr("&Watch"), "watch",
                               QKeySequence(Qt::CTRL | Qt::Key_L));
    m_publishAction = makeAction(QStringLiteral("publishAction"), tr("&Publish…"), "publish",
                                 QKeySequence(Qt::CTRL | Qt::Key_N));
    m_consumeAction = makeAction(QStringLiteral("consumeAction"), tr("&Consume…"), "consume");
    m_purgeAction = makeAction(QStringLiteral("purgeAction"), tr("P&urge…"), "clear");
    auto *goTo = makeAction(QStringLiteral("goToQueueAction"), tr("&Go to queue…"), "",
                            QKeySequence(Qt::CTRL | Qt::Key_G));
    menu->addAction(goTo);
    menu->addAction(m_watchAction);
    menu->addAction(m_publishAction);
    menu->addSeparator();
    menu->addAction(m_consumeAction);
    menu->addAction(m_purgeAction);
    connect(goTo, &QAction::triggered, this, &MainWindow::askForQueue);
    connect(menu, &QMenu::aboutToShow, this, &MainWindow::updateActions);
    connect(m_watchAction, &QAction::triggered, this, [this] {
        if (const QString queue = currentQueue(); !queue.isEmpty())
            openPlace(QStringLiteral("watch/") + queue);
    });
    connect(m_publishAction, &QAction::triggered, this, [this] { publishTo(currentQueue(), {}); });
    connect(m_consumeAction, &QAction::triggered, this, [this] {
        if (const QString queue = currentQueue(); !queue.isEmpty())
            openPlace(QStringLiteral("consume/") + queue);
    });
    connect(m_purgeAction, &QAction::triggered, this, [this] { purge(currentQueue()); });
}

void MainWindow::buildToolBar()
{
    QToolBar *bar = addToolBar(tr("Tools"));
    bar->setObjectName(QStringLiteral("toolBar"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setIconSize(QSize(16, 16));
    bar->addAction(m_openAction);
    bar->addAction(m_publishAction);
    bar->addAction(m_watchAction);
    auto *space = new QWidget;
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    bar->addAction(m_readOnlyAction);
    m_refreshButton = new QToolButton;
    m_refreshButton->setObjectName(QStringLiteral("refreshButton"));
    m_refreshButton->setDefaultAction(m_refreshAction);
    m_refreshButton->setMenu(m_intervalMenu);
    m_refreshButton->setPopupMode(QToolButton::MenuButtonPopup);
    m_refreshButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->addWidget(m_refreshButton);
}

void MainWindow::updateActions()
{
    const WriteGate *gate = m_session->gate();
    const bool haveQueue = !currentQueue().isEmpty();
    const bool mayWrite = !gate->isReadOnly() && m_session->state() == BrokerSession::Open;
    m_watchAction->setEnabled(haveQueue && m_session->looksSilently());
    m_publishAction->setEnabled(!gate->isReadOnly());
    m_consumeAction->setEnabled(haveQueue && mayWrite);
    m_purgeAction->setEnabled(haveQueue && mayWrite);
    m_readOnlyAction->setChecked(gate->isReadOnly());
    m_retryAction->setEnabled(m_session->url().isValid());
    for (QAction *action : m_environments->actions())
        action->setChecked(action->data().toInt() == int(gate->environment()));
}

void MainWindow::publishTo(const QString &queue, const QString &exchange)
{
    auto *page = qobject_cast<PublishPage *>(m_places->open(QStringLiteral("publish")));
    if (!page)
        return;
    if (!exchange.isEmpty())
        page->setExchange(exchange);
    else if (!queue.isEmpty())
        page->setQueue(queue);
}

void MainWindow::purge(const QString &queue)
{
    const QueueRow *row = m_session->queue(queue);
    if (queue.isEmpty())
        return;
    const bool isListed = m_session->inventory().takenAt.isValid() && !m_session->hasPages();
    const qint64 ready = row ? row->ready : isListed ? 0 : -1;
    const QString count = QLocale().toString(ready);
    const QString text = ready < 0
        ? tr("All messages waiting in “%1” are destroyed; how many is not known. "
             "Messages that workers hold are not touched. This cannot be undone.")
              .arg(queue)
        : tr("All messages waiting in “%1” are destroyed, %2 at the last look. "
             "Messages that workers hold are not touched. This cannot be undone.")
              .arg(queue, count);
    auto *dialog = new ConfirmDialog(
        {tr("Purge %1").arg(queue), text,
         ready < 0 ? tr("Purge all messages") : tr("Purge %1 messages").arg(count), queue,
         m_session->gate()->environment()},
        this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, queue] {
        m_session->gate()->purge(queue).then(this, [this, queue](const Result<qint64> &result) {
            if (result)
                statusBar()->showMessage(
                    tr("%1: %2 messages purged").arg(queue, QLocale().toString(*result)), 6000);
            else
                statusBar()->showMessage(describeError(result.error(), m_session->url()).sentence,
                                         6000);
            m_refreshAction->trigger();
        });
    });
    dialog->open();
}

// The same actions as in the menu bar, about the queue under the pointer.
void MainWindow::showQueueMenu(const QString &queue, const QPoint &position)
{
    m_menuQueue = queue;
    updateActions();
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(m_watchAction);
    menu->addAction(m_publishAction);
    menu->addSeparator();
    menu->addAction(m_consumeAction);
    menu->addAction(m_purgeAction);
    // An action is triggered after its menu was hidden.
    connect(
        menu, &QMenu::aboutToHide, this,
        [this] {
            m_menuQueue.clear();
            updateActions();
        },
        Qt::QueuedConnection);
    menu->popup(position);
}

} // namespace Qombu::Inspector
