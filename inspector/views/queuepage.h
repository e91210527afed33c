// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/bindingtablemodel.h"
#include "views/page.h"

class QTabWidget;
class QToolButton;
class QTableView;

namespace Qombu::Inspector {
class InlineBanner;
class KpiStrip;
class PeekView;
class PlainLabel;
class UnackedView;

// One queue: its numbers, messages (a look that changes nothing), unacked messages and bindings.
class QueuePage : public Page
{
    Q_OBJECT
public:
    QueuePage(BrokerSession *session, const QString &queue, QWidget *parent = nullptr);

    QString title() const override;
    QIcon icon() const override;
    void refresh() override;
    void select(const QString &query) override;
    qint64 bufferBytes() const override;

Q_SIGNALS:
    void watchRequested(const QString &queue);
    void publishRequested(const QString &queue);
    void menuRequested(const QString &queue, const QPoint &globalPosition);

private:
    QWidget *makeHeader();
    QTableView *makeBindings();
    void takeInventory();
    void showCounts(const QueueRow *row);
    void showNotices(bool isGone);

    QString m_queue;
    BindingTableModel m_bindingModel;
    KpiStrip *m_kpis;
    InlineBanner *m_notice;
    QToolButton *m_watch;
    QTabWidget *m_tabs;
    PeekView *m_peek;
    UnackedView *m_unacked;
    QTableView *m_bindings;
};

} // namespace Qombu::Inspector
