// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/livewatch.h"
#include "models/watchmodel.h"
#include "views/page.h"

class QTableView;
class QToolButton;

namespace Qombu::Inspector {
class InlineBanner;
class PlainLabel;

// Messages as they come and go. Takes nothing from workers; says what it may miss.
class WatchPage : public Page
{
    Q_OBJECT
public:
    WatchPage(BrokerSession *session, LiveWatch::Source source, const QString &name,
              QWidget *parent = nullptr);

    QString title() const override;
    QIcon icon() const override;
    qint64 bufferBytes() const override { return m_watch.ring().bytes(); }
    bool isPaused() const { return m_paused; }
    void setPaused(bool paused);

protected:
    void hideEvent(QHideEvent *event) override;

private:
    QWidget *makeBar();
    void showChanges();
    void showState();
    void updateTexts();

    LiveWatch m_watch;
    WatchModel m_model;
    QToolButton *m_pause;
    QToolButton *m_run;
    QToolButton *m_clear;
    QToolButton *m_follow;
    PlainLabel *m_rate;
    PlainLabel *m_status;
    PlainLabel *m_loss;
    PlainLabel *m_empty;
    InlineBanner *m_banner;
    QTableView *m_table;
    QTimer m_tick; // the rate falls also when nothing comes
    bool m_paused = false;
};

} // namespace Qombu::Inspector
