// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/brokersession.h"
#include "profiles/settings.h"

#include <QtWidgets/qmainwindow.h>

class QActionGroup;
class QMenu;
class QMenuBar;
class QToolButton;

namespace Qombu::Inspector {
class BrokerPanel;
class InlineBanner;
class MessageView;
class Page;
class PlacesTabs;
class StatusStrip;

// The window: docks, places, menus, status bar. Knows no protocol; asks the session.
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    MainWindow(BrokerSession *session, Settings *settings, QWidget *parent = nullptr);
    ~MainWindow() override;

    bool openPlace(const QString &place); // false: no such place
    void openBroker(const BrokerUrl &url, Environment environment);
    void askForBroker(const QString &reason = {});

Q_SIGNALS:
    void brokerOpened(const Qombu::BrokerUrl &url);

protected:
    void closeEvent(QCloseEvent *event) override;
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    // mainwindow.cpp
    void buildDocks();
    void buildCentre();
    void connectSession();
    void restoreWindow();
    void showSessionState();
    void updateTitle();
    void updatePolling();
    void updateMessageDock();
    void askForQueue();
    void connectPage(Page *page);
    Page *makePage(const QString &place);
    QString currentQueue() const;

    // mainwindowactions.cpp
    void buildActions();
    void buildBrokerMenu();
    void buildViewMenu();
    void addPlace(QMenu *menu, const QString &place, const QString &text, const char *icon);
    void buildQueueMenu();
    void buildToolBar();
    void fillRecentMenu();
    void updateActions();
    void publishTo(const QString &queue, const QString &exchange);
    void purge(const QString &queue);
    void showQueueMenu(const QString &queue, const QPoint &position);
    QAction *makeAction(const QString &name, const QString &text, const char *icon,
                        const QKeySequence &shortcut = {});

    BrokerSession *m_session;
    Settings *m_settings;
    PlacesTabs *m_places;
    BrokerPanel *m_brokers;
    MessageView *m_message;
    StatusStrip *m_status;
    InlineBanner *m_banner;
    QMenuBar *m_menuBar;
    QDockWidget *m_brokersDock;
    QDockWidget *m_messageDock;
    QDockWidget *m_activityDock;
    QToolButton *m_refreshButton;
    QMenu *m_recentMenu;
    QMenu *m_intervalMenu;
    QActionGroup *m_environments;
    QAction *m_openAction;
    QAction *m_retryAction;
    QAction *m_readOnlyAction;
    QAction *m_refreshAction;
    QAction *m_publishAction;
    QAction *m_watchAction;
    QAction *m_consumeAction;
    QAction *m_purgeAction;
    QString m_menuQueue; // the queue a context menu is about
    bool m_wantsMessages = true; // the dock, on pages that have some
};

} // namespace Qombu::Inspector
