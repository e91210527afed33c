// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/bindingtablemodel.h"
#include "views/page.h"

class QTableView;
class QToolButton;

namespace Qombu::Inspector {
class PlainLabel;

// One exchange: its type, where it sends, and from which exchanges it gets.
class ExchangePage : public Page
{
    Q_OBJECT
public:
    ExchangePage(BrokerSession *session, const QString &exchange, QWidget *parent = nullptr);

    QString title() const override;
    QIcon icon() const override;
    void refresh() override { session()->refresh(); }

Q_SIGNALS:
    void subscribeRequested(const QString &exchange);
    void publishRequested(const QString &exchange);

private:
    void takeInventory();
    void showType();
    void showIncoming(const QList<BindingRow> &bindings);
    QString emptyText(bool exists) const;

    QString m_exchange;
    BindingTableModel m_model;
    PlainLabel *m_type;
    PlainLabel *m_incoming;
    PlainLabel *m_empty;
    QToolButton *m_subscribe;
    QTableView *m_table;
};

} // namespace Qombu::Inspector
