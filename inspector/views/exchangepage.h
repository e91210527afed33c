// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/bindingtablemodel.h"
#include "views/page.h"

class QTableView;
class QToolButton;

namespace Qombu::Inspector {
class InlineBanner;
class PlainLabel;

// One exchange: its type, where it sends, and from which exchanges it gets.
class ExchangePage : public Page
{
    Q_OBJECT
public:
    ExchangePage(BrokerSession *session, const QString &exchange, QWidget *parent = nullptr);

    QString title() const override;
    QIcon icon() const override;
    bool showsMessages() const override { return false; }
    void refresh() override;

Q_SIGNALS:
    void subscribeRequested(const QString &exchange);
    void publishRequested(const QString &exchange);

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void buildTable();
    void askForRow(const Question::Done &done);
    void askForBindings(const Question::Done &done);
    void takeInventory();
    void showBindings(const QList<BindingRow> &bindings);
    void showState();
    void showType(const ExchangeRow *row);
    void showIncoming(const QList<BindingRow> &bindings);
    void showProblem(const Error &error, const QStringList &gaps);
    const ExchangeRow *row() const;
    QString emptyText(bool exists) const;

    QString m_exchange;
    BindingTableModel m_model;
    Question m_rowQuestion; // where the broker lists in pages
    Question m_bindingQuestion;
    std::optional<ExchangeRow> m_row; // the last answer
    bool m_hasIncoming = false;
    bool m_isGone = false; // it was not in the last answer
    bool m_bindingsKnown = false; // they were told
    InlineBanner *m_banner;
    PlainLabel *m_type;
    PlainLabel *m_incoming;
    PlainLabel *m_empty;
    QToolButton *m_subscribe;
    QTableView *m_table;
};

} // namespace Qombu::Inspector
