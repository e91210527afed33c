// SPDX-License-Identifier: BSD-3-Clause
#include "models/brokertreemodel.h"

#include "models/brokertreetexts.h"
#include "models/countsum.h"
#include "models/entitytexts.h"
#include "models/rowdiff.h"

#include <QtCore/qlocale.h>

namespace Qombu::Inspector {
namespace {

constexpr qsizetype HistoryLength = 60;
constexpr qsizetype QueuesWithHistory = 2000;

QString number(qint64 value)
{
    return value < 0 ? QString(QChar(0x2014)) : QLocale().toString(value);
}

auto exchangeKey = [](const ExchangeRow &row) { return row.name; };
auto queueKey = [](const QueueRow &row) { return row.name; };
auto bindingIdentity = [](const BindingRow &row) {
    return std::tuple(row.exchange, row.routingKey, row.queue, row.destinationExchange,
                      row.pattern);
};

template<typename Row, typename Key>
QList<Row> sorted(QList<Row> rows, Key key)
{
    const auto before = [&key](const Row &a, const Row &b) { return key(a) < key(b); };
    if (!std::is_sorted(rows.cbegin(), rows.cend(), before))
        std::sort(rows.begin(), rows.end(), before);
    return rows;
}

QList<QueueRow> withQuarantine(QList<QueueRow> queues)
{
    queues.removeIf([](const QueueRow &row) { return row.quarantined == 0; });
    return queues;
}

} // namespace

BrokerTreeModel::BrokerTreeModel(QObject *parent)
    : QAbstractItemModel(parent)
{
}

// The id of a child is its group + 1; that of a group is 0.
template<typename Row, typename Key>
void BrokerTreeModel::update(Kind kind, QList<Row> &rows, const QList<Row> &wanted, Key key)
{
    struct Teller
    {
        BrokerTreeModel *model;
        QModelIndex parent;
        void beginRemove(int first, int last) { model->beginRemoveRows(parent, first, last); }
        void endRemove() { model->endRemoveRows(); }
        void beginInsert(int first, int last) { model->beginInsertRows(parent, first, last); }
        void endInsert() { model->endInsertRows(); }
        void changed(int first, int last)
        {
            Q_EMIT model->dataChanged(model->index(first, 0, parent),
                                      model->index(last, ColumnCount - 1, parent));
        }
    };
    updateRows(rows, wanted, key, Teller{this, group(kind)});
}

void BrokerTreeModel::setInventory(const Inventory &inventory)
{
    remember(inventory.queues);
    m_isKnown = inventory.takenAt.isValid();
    m_truncated = inventory.truncated || !inventory.cursor.isEmpty();
    m_unacked = inventory.unacked;
    m_queueCount = inventory.queueCount;
    m_exchangeCount = inventory.exchangeCount;
    update(Exchanges, m_exchanges, sorted(inventory.exchanges, exchangeKey), exchangeKey);
    update(Queues, m_queues, sorted(inventory.queues, queueKey), queueKey);
    update(Bindings, m_bindings, sorted(inventory.bindings, bindingIdentity), bindingIdentity);
    update(Quarantine, m_quarantines, withQuarantine(m_queues), queueKey);
    Q_EMIT dataChanged(index(0, 0), index(KindCount - 1, ColumnCount - 1));
}

void BrokerTreeModel::setPaged(bool paged)
{
    m_paged = paged;
}

bool BrokerTreeModel::isShown(Kind kind) const
{
    switch (kind) {
    case Exchanges:
    case Queues:
    case Unacked:
        return true;
    case Bindings:
    case Quarantine:
        return !m_paged;
    default:
        return m_paged;
    }
}

void BrokerTreeModel::remember(const QList<QueueRow> &queues)
{
    if (queues.size() > QueuesWithHistory) {
        m_history.clear();
        return;
    }
    QHash<QString, QList<float>> history;
    for (const QueueRow &row : queues) {
        QList<float> values = m_history.take(row.name);
        values.append(float(qMax<qint64>(0, row.ready)));
        if (values.size() > HistoryLength)
            values.removeFirst();
        history.insert(row.name, values);
    }
    m_history = history;
}

void BrokerTreeModel::setNotices(const QString &queue, bool contended, qint64 putAside)
{
    contended ? void(m_contended.insert(queue)) : void(m_contended.remove(queue));
    putAside > 0 ? void(m_putAside.insert(queue, putAside)) : void(m_putAside.remove(queue));
    if (const QModelIndex index = queueIndex(queue); index.isValid())
        Q_EMIT dataChanged(index, index.siblingAtColumn(ColumnCount - 1));
}

void BrokerTreeModel::setStale(bool stale)
{
    if (m_stale == stale)
        return;
    m_stale = stale;
    Q_EMIT dataChanged(index(0, 0), index(KindCount - 1, ColumnCount - 1));
    for (int kind = 0; kind < KindCount; ++kind) {
        const QModelIndex parent = index(kind, 0);
        if (const int rows = rowCount(parent); rows > 0)
            Q_EMIT dataChanged(index(0, 0, parent), index(rows - 1, ColumnCount - 1, parent));
    }
}

void BrokerTreeModel::clear()
{
    m_contended.clear();
    m_putAside.clear();
    m_history.clear();
    setInventory({});
}

QModelIndex BrokerTreeModel::queueIndex(const QString &name) const
{
    const auto it =
        std::lower_bound(m_queues.cbegin(), m_queues.cend(), name,
                         [](const QueueRow &row, const QString &key) { return row.name < key; });
    if (it == m_queues.cend() || it->name != name)
        return {};
    return index(int(it - m_queues.cbegin()), 0, group(Queues));
}

int BrokerTreeModel::childCount(Kind kind) const
{
    switch (kind) {
    case Exchanges:
        return int(m_exchanges.size());
    case Queues:
        return int(m_queues.size());
    case Bindings:
        return int(m_bindings.size());
    case Quarantine:
        return int(m_quarantines.size());
    default:
        return 0;
    }
}

QModelIndex BrokerTreeModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, parent.isValid() ? quintptr(parent.row()) + 1 : quintptr(0));
}

QModelIndex BrokerTreeModel::parent(const QModelIndex &child) const
{
    if (!child.isValid() || child.internalId() == 0)
        return {};
    return createIndex(int(child.internalId()) - 1, 0, quintptr(0));
}

int BrokerTreeModel::rowCount(const QModelIndex &parent) const
{
    if (!parent.isValid())
        return KindCount;
    return parent.internalId() == 0 && parent.column() == 0 ? childCount(Kind(parent.row())) : 0;
}

int BrokerTreeModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

QVariant BrokerTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(section == NameColumn ? Qt::AlignLeft | Qt::AlignVCenter
                                         : Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && section == ReadyColumn)
        return tr("Messages waiting for a worker");
    if (role == Qt::ToolTipRole && section == UnackedColumn)
        return tr("Messages a worker has taken and not yet acknowledged");
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case ReadyColumn:
        return tr("Ready");
    case UnackedColumn:
        return tr("Unacked");
    default:
        return {};
    }
}

QVariant BrokerTreeModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    if (role == Qt::TextAlignmentRole && index.column() != NameColumn)
        return int(Qt::AlignRight | Qt::AlignVCenter);
    if (role == DimmedRole && m_stale)
        return true;
    if (index.internalId() == 0)
        return groupData(Kind(index.row()), index.column(), role);
    const auto kind = Kind(index.internalId() - 1);
    if (role == KindRole)
        return kind;
    switch (kind) {
    case Exchanges:
        return exchangeData(m_exchanges[index.row()], index.column(), role);
    case Queues:
        return queueData(m_queues[index.row()], index.column(), role);
    case Bindings:
        return BrokerTree::bindingCell(m_bindings[index.row()], index.column(), role);
    case Quarantine: {
        const QueueRow &row = m_quarantines[index.row()];
        if (index.column() == NameColumn && (role == Qt::DisplayRole || role == NameRole))
            return row.name;
        if (index.column() == ReadyColumn && role == Qt::DisplayRole)
            return number(row.quarantined);
        const bool isKnown = row.quarantined >= 0;
        if (role == Qt::ToolTipRole)
            return isKnown
                ? tr("Messages of %1 that could not be read were put aside").arg(row.name)
                : tr("Whether messages of %1 were put aside is not known").arg(row.name);
        if (role == WarningRole)
            return isKnown && index.column() == NameColumn;
        return role == DimmedRole ? QVariant(!isKnown) : QVariant();
    }
    default:
        return {};
    }
}

QVariant BrokerTreeModel::groupData(Kind kind, int column, int role) const
{
    if (role == KindRole)
        return -1;
    if (role == PlaceRole)
        return BrokerTree::groupPlace(kind, m_paged);
    if (role == Qt::ToolTipRole && m_truncated)
        return tr("The broker has more than is shown here");
    if (role == Qt::ToolTipRole && kind == Queues && readySum().isLess())
        return tr("The counts of some queues are not known");
    if (role != Qt::DisplayRole)
        return {};
    if (column == UnackedColumn && kind == Unacked)
        return number(m_isKnown ? m_unacked : -1);
    if (column == ReadyColumn && kind == Queues)
        return m_isKnown ? readySum().text() : number(-1);
    if (column != NameColumn)
        return {};
    const bool isCounted = kind >= Exchanges && kind <= Quarantine && kind != Unacked;
    if (!isCounted || !m_isKnown)
        return BrokerTree::groupName(kind);
    const qint64 all = kind == Queues ? m_queueCount : kind == Exchanges ? m_exchangeCount : -1;
    const QString count = kind == Quarantine ? quarantineSum().text()
        : all >= 0                           ? number(all)
                   : QString(number(childCount(kind)) + (m_truncated ? u"+" : u""));
    return tr("%1 (%2)", "group of the tree and its number of rows")
        .arg(BrokerTree::groupName(kind), count);
}

CountSum BrokerTreeModel::readySum() const
{
    CountSum sum;
    for (const QueueRow &row : m_queues)
        sum.add(row.ready);
    if (m_truncated)
        sum.setMore();
    return sum;
}

// Queues that have a quarantine.
CountSum BrokerTreeModel::quarantineSum() const
{
    CountSum sum;
    for (const QueueRow &row : m_quarantines)
        sum.add(row.quarantined < 0 ? -1 : 1);
    if (m_truncated)
        sum.setMore();
    return sum;
}

QVariant BrokerTreeModel::exchangeData(const ExchangeRow &row, int column, int role) const
{
    const QString name = row.name.isEmpty() ? tr("(default exchange)") : row.name;
    switch (role) {
    case Qt::DisplayRole:
        return column == NameColumn
            ? tr("%1  %2", "exchange and its type").arg(name, exchangeTypeText(row))
            : QVariant();
    case Qt::ToolTipRole:
        return BrokerTree::exchangeHint(name, row);
    case NameRole:
        return row.name;
    case PlaceRole:
        return QString(QStringLiteral("exchanges/") + row.name);
    default:
        return {};
    }
}

QVariant BrokerTreeModel::queueData(const QueueRow &row, int column, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        if (column == NameColumn)
            return row.name;
        return number(column == ReadyColumn ? row.ready : row.unacked);
    case Qt::ToolTipRole:
        return queueHint(row);
    case Qt::AccessibleTextRole:
        return column == NameColumn
            ? QVariant(tr("%1, %2 ready, %3 unacked")
                           .arg(row.name, number(row.ready), number(row.unacked)))
            : QVariant();
    case NameRole:
        return row.name;
    case PlaceRole:
        return QString(QStringLiteral("queues/") + row.name);
    case WarningRole:
        return column == NameColumn
            && (m_contended.contains(row.name) || m_putAside.contains(row.name)
                || !queueStateWarning(row).isEmpty());
    case DimmedRole:
        return column != NameColumn && (column == ReadyColumn ? row.ready : row.unacked) <= 0;
    case HistoryRole:
        return QVariant::fromValue(m_history.value(row.name));
    default:
        return {};
    }
}

QString BrokerTreeModel::queueHint(const QueueRow &row) const
{
    QStringList lines{
        tr("%1: %2 ready, %3 unacked").arg(row.name, number(row.ready), number(row.unacked))};
    if (const QStringList facts = queueFacts(row); !facts.isEmpty())
        lines.append(facts.join(QStringLiteral(", ")));
    if (const QString warning = queueStateWarning(row); !warning.isEmpty())
        lines.append(warning);
    if (row.consumers >= 0)
        lines.append(tr("%n consumer(s)", nullptr, int(row.consumers)));
    for (auto it = row.readyByPriority.cbegin(); it != row.readyByPriority.cend(); ++it) {
        if (row.readyByPriority.size() > 1)
            lines.append(tr("priority %1: %2").arg(it.key()).arg(number(it.value())));
    }
    if (m_contended.contains(row.name))
        lines.append(
            tr("Contended: idle Python workers are served before consumers of this program."));
    if (const qint64 putAside = m_putAside.value(row.name); putAside > 0)
        lines.append(
            tr("Messages that could not be read and were put aside: %1").arg(number(putAside)));
    return lines.join(u'\n');
}

} // namespace Qombu::Inspector
