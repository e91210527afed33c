// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/brokersession.h"
#include "models/brokertreemodel.h"

#include <QtCore/qtimer.h>
#include <QtWidgets/qwidget.h>

class QLineEdit;
class QTreeView;

namespace Qombu::Inspector {
class PlainLabel;
class TreeProxy;

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
    void showPaging();
    void updateEmptyText();
    void openIndex(const QModelIndex &index);

    BrokerSession *m_session;
    BrokerTreeModel m_model;
    TreeProxy *m_proxy;
    QLineEdit *m_filter;
    QTimer m_typing; // a broker that filters is asked when the typing rests
    QTreeView *m_tree;
    PlainLabel *m_empty;
    PlainLabel *m_more; // that not all is in the tree
};

} // namespace Qombu::Inspector
