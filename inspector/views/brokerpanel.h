// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/brokersession.h"
#include "models/brokertreemodel.h"

#include <QtWidgets/qwidget.h>

class QLineEdit;
class QSortFilterProxyModel;
class QTreeView;

namespace Qombu::Inspector {
class PlainLabel;

// The contents of the Brokers dock: a filter and the broker tree.
class BrokerPanel : public QWidget
{
    Q_OBJECT
public:
    explicit BrokerPanel(BrokerSession *session, QWidget *parent = nullptr);

    QString selectedQueue() const;
    BrokerTreeModel *model() { return &m_model; }

Q_SIGNALS:
    void placeRequested(const QString &place);
    void contextMenuRequested(const QString &queue, const QPoint &globalPosition);

private:
    void buildFilter();
    void buildTree();
    void connectSession();
    void applyFilter(const QString &text);
    void takeInventory();
    void updateEmptyText();
    void openIndex(const QModelIndex &index);

    BrokerSession *m_session;
    BrokerTreeModel m_model;
    QSortFilterProxyModel *m_proxy;
    QLineEdit *m_filter;
    QTreeView *m_tree;
    PlainLabel *m_empty;
};

} // namespace Qombu::Inspector
