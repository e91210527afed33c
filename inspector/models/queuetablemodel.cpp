// SPDX-License-Identifier: BSD-3-Clause
#include "models/queuetablemodel.h"

#include "models/tableshapes.h"

namespace Qombu::Inspector {

QueueTableModel::QueueTableModel(QObject *parent)
    : FieldTableModel(queueShape(), parent)
{
}

std::optional<InventoryQuery::Sort> QueueTableModel::sortOf(int column)
{
    switch (column) {
    case NameColumn:
        return InventoryQuery::ByName;
    case ReadyColumn:
        return InventoryQuery::ByReady;
    case UnackedColumn:
        return InventoryQuery::ByUnacked;
    case ConsumersColumn:
        return InventoryQuery::ByConsumers;
    case PublishedColumn:
        return InventoryQuery::ByPublished;
    case DeliveredColumn:
        return InventoryQuery::ByDelivered;
    case BytesColumn:
        return InventoryQuery::ByBytes;
    default:
        return std::nullopt;
    }
}

} // namespace Qombu::Inspector
