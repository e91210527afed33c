// SPDX-License-Identifier: BSD-3-Clause
#include "models/propertymodel.h"

#include <Qombu/exactnumber.h>

#include <QtCore/qdatetime.h>

namespace Qombu::Inspector {
namespace {

constexpr int DeepestShown = 64;
constexpr int MaximumText = 4096; // of a cell; the raw view has all of it

PropertyModel::Entries entriesOf(const QVariant &value)
{
    PropertyModel::Entries entries;
    if (value.typeId() == QMetaType::QVariantMap) {
        const QVariantMap map = value.toMap();
        for (auto it = map.cbegin(); it != map.cend(); ++it)
            entries.append({it.key(), it.value()});
    } else if (value.typeId() == QMetaType::QVariantList) {
        const QVariantList list = value.toList();
        for (qsizetype i = 0; i < list.size(); ++i)
            entries.append({QString::number(i), list[i]});
    }
    return entries;
}

QString typeName(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::UnknownType:
    case QMetaType::Nullptr:
        return QStringLiteral("null");
    case QMetaType::QVariantMap:
        return QStringLiteral("table");
    case QMetaType::QVariantList:
        return QStringLiteral("array");
    case QMetaType::QString:
        return QStringLiteral("string");
    case QMetaType::QByteArray:
        return QStringLiteral("bytes");
    case QMetaType::Bool:
        return QStringLiteral("bool");
    case QMetaType::Double:
    case QMetaType::Float:
        return QStringLiteral("float");
    case QMetaType::Int:
    case QMetaType::LongLong:
    case QMetaType::UInt:
    case QMetaType::ULongLong:
        return QStringLiteral("int");
    default:
        return QString::fromLatin1(value.typeName());
    }
}

QString valueText(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::UnknownType:
    case QMetaType::Nullptr:
        return QStringLiteral("null");
    case QMetaType::QVariantMap:
        return PropertyModel::tr("%n entry(s)", nullptr, int(value.toMap().size()));
    case QMetaType::QVariantList:
        return PropertyModel::tr("%n element(s)", nullptr, int(value.toList().size()));
    case QMetaType::QByteArray:
        return QString::fromLatin1(value.toByteArray().left(MaximumText / 3).toHex(' '));
    case QMetaType::QDateTime:
        return value.toDateTime().toString(Qt::ISODateWithMs);
    default:
        break;
    }
    if (value.canConvert<ExactNumber>())
        return value.value<ExactNumber>().text();
    return value.toString().left(MaximumText);
}

} // namespace

PropertyModel::PropertyModel(QObject *parent)
    : QAbstractItemModel(parent)
    , m_root(std::make_unique<Node>())
{
}

PropertyModel::~PropertyModel() = default;

// Another message: nothing of the old tree is worth keeping.
void PropertyModel::setEntries(const Entries &entries)
{
    beginResetModel();
    m_root = std::make_unique<Node>();
    fill(m_root.get(), entries, 0);
    endResetModel();
}

void PropertyModel::setMap(const QVariantMap &map)
{
    setEntries(entriesOf(map));
}

void PropertyModel::fill(Node *node, const Entries &entries, int depth)
{
    if (depth > DeepestShown)
        return;
    for (const auto &[name, value] : entries) {
        auto child = std::make_unique<Node>();
        child->name = name;
        child->value = value;
        child->parent = node;
        child->row = int(node->children.size());
        fill(child.get(), entriesOf(value), depth + 1);
        node->children.push_back(std::move(child));
    }
}

const PropertyModel::Node *PropertyModel::node(const QModelIndex &index) const
{
    return index.isValid() ? static_cast<const Node *>(index.constInternalPointer()) : m_root.get();
}

QModelIndex PropertyModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, node(parent)->children[size_t(row)].get());
}

QModelIndex PropertyModel::parent(const QModelIndex &child) const
{
    const Node *up = child.isValid() ? node(child)->parent : nullptr;
    return up && up != m_root.get() ? createIndex(up->row, 0, up) : QModelIndex();
}

int PropertyModel::rowCount(const QModelIndex &parent) const
{
    return parent.column() > 0 ? 0 : int(node(parent)->children.size());
}

int PropertyModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

QVariant PropertyModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case ValueColumn:
        return tr("Value");
    case TypeColumn:
        return tr("Type");
    default:
        return {};
    }
}

QVariant PropertyModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const Node *entry = node(index);
    if (role == Qt::ToolTipRole && index.column() == ValueColumn)
        return valueText(entry->value).left(1000);
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case NameColumn:
        return entry->name;
    case ValueColumn:
        return valueText(entry->value);
    case TypeColumn:
        return typeName(entry->value);
    default:
        return {};
    }
}

} // namespace Qombu::Inspector
