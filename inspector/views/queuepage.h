// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/bindingtablemodel.h"
#include "models/propertymodel.h"
#include "views/page.h"

class QTabWidget;
class QToolButton;
class QTableView;
class QTreeView;

namespace Qombu::Inspector {
class InlineBanner;
class PagedTable;
class PeekView;
class PlainLabel;
class QueueNumbers;
class UnackedView;

// One queue: its numbers, messages (a look that changes nothing), unacked messages and bindings,
// and where the broker tells of them its consumers and how it was declared.
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

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    QWidget *makeHeader();
    QTableView *makeBindings();
    QTreeView *makeDefinition();
    void connectParts();
    void askForDetails(const Question::Done &done);
    void takeDetails(const Result<QueueRow> &result);
    void askForBindings(const Question::Done &done);
    void takeInventory();
    void showRow(const QueueRow *row);
    void showBindings(const QList<BindingRow> &bindings, bool areAll);
    void showTabs();
    QStringList momentFacts(const QueueRow &row) const;
    void showDefinition(const QueueRow &row);
    void showNotices(bool isGone);

    QString m_queue;
    BindingTableModel m_bindingModel;
    PropertyModel m_definitionModel;
    PropertyModel::Entries m_definitionEntries; // shown
    Question m_details; // where the broker lists in pages
    Question m_bindingQuestion;
    std::optional<QueueRow> m_row; // the last answer
    QDateTime m_rowAt; // when there was one
    Error m_detailsError;
    Error m_bindingsError; // why those that are shown, if any, are old
    QueueNumbers *m_kpis;
    PlainLabel *m_facts;
    InlineBanner *m_notice;
    QToolButton *m_watch;
    QTabWidget *m_tabs;
    PeekView *m_peek;
    UnackedView *m_unacked;
    QTableView *m_bindings;
    PagedTable *m_consumers;
    QTreeView *m_definition;
};

} // namespace Qombu::Inspector
