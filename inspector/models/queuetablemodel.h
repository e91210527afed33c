// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/fieldtablemodel.h"

#include <Qombu/browser.h>

#include <optional>

namespace Qombu::Inspector {

// Queues of a broker, with their counts: all of them, or a page.
class QueueTableModel : public FieldTableModel<QueueRow>
{
    Q_OBJECT
public:
    enum Column {
        NameColumn,
        TypeColumn,
        StateColumn,
        ReadyColumn,
        UnackedColumn,
        ConsumersColumn,
        PublishedColumn,
        DeliveredColumn,
        AcknowledgedColumn,
        BytesColumn,
        PolicyColumn,
        NodeColumn,
        ColumnCount
    };

    explicit QueueTableModel(QObject *parent = nullptr);

    // How a broker sorts by that column; none: it cannot.
    static std::optional<InventoryQuery::Sort> sortOf(int column);
};

} // namespace Qombu::Inspector
