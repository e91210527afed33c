// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qnamespace.h>

namespace Qombu::Inspector {

// Roles that all models of the inspector share.
enum ModelRole {
    KindRole = Qt::UserRole + 1, // what a row is: an enumerator of the model
    NameRole, // the broker's name of it
    PlaceRole, // where a double click leads: "queues/orders"
    WarningRole, // bool: something about this row needs attention; the tool tip says what
    SortRole, // a value that compares
    DimmedRole, // bool: less important, painted greyer
    HistoryRole, // QList<float>: the last values, oldest first
};

} // namespace Qombu::Inspector
