// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/modelroles.h"

#include <Qombu/browser.h>

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qhash.h>
#include <QtCore/qset.h>

namespace Qombu::Inspector {
class CountSum;

// The broker as a tree: exchanges, queues with live counts, bindings, unacked, quarantine, and
// where a broker shows them, the whole, its connections and what belongs to them. Each new
// inventory is compared with the last one: rows come, go and change, nothing is reset.
class BrokerTreeModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Kind {
        Overview,
        Exchanges,
        Queues,
        Bindings,
        Unacked,
        Quarantine,
        Connections,
        Channels,
        Consumers,
        Policies,
        KindCount
    };
    enum Column { NameColumn, ReadyColumn, UnackedColumn, ColumnCount };

    explicit BrokerTreeModel(QObject *parent = nullptr);

    void setInventory(const Inventory &inventory);
    // Of a broker that lists in pages: bindings are those of one entity, and nothing is
    // quarantined.
    void setPaged(bool paged);
    bool isShown(Kind kind) const; // views leave out the others
    void setNotices(const QString &queue, bool contended, qint64 putAside);
    void setStale(bool stale); // painted greyer: the numbers are old
    void clear();

    QModelIndex group(Kind kind) const { return index(kind, 0); }
    QModelIndex queueIndex(const QString &name) const; // invalid if there is none

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &child) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    template<typename Row, typename Key>
    void update(Kind kind, QList<Row> &rows, const QList<Row> &wanted, Key key);
    int childCount(Kind kind) const;
    CountSum readySum() const;
    CountSum quarantineSum() const;
    QVariant groupData(Kind kind, int column, int role) const;
    QVariant exchangeData(const ExchangeRow &row, int column, int role) const;
    QVariant queueData(const QueueRow &row, int column, int role) const;
    QString queueHint(const QueueRow &row) const;
    void remember(const QList<QueueRow> &queues);

    QList<ExchangeRow> m_exchanges;
    QList<QueueRow> m_queues;
    QList<BindingRow> m_bindings;
    QList<QueueRow> m_quarantines; // queues that have one, or of which that is not known
    QSet<QString> m_contended;
    QHash<QString, qint64> m_putAside; // messages, as far as told
    QHash<QString, QList<float>> m_history; // of ready counts
    qint64 m_unacked = 0;
    qint64 m_queueCount = -1; // with those not shown; -1: not known
    qint64 m_exchangeCount = -1;
    bool m_paged = false;
    bool m_isKnown = false; // an inventory has come: zero means none
    bool m_truncated = false;
    bool m_stale = false;
};

} // namespace Qombu::Inspector
