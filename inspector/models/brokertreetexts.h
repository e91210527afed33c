// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/brokertreemodel.h"

namespace Qombu::Inspector {

// What BrokerTreeModel says of its rows.
namespace BrokerTree {

QString groupName(BrokerTreeModel::Kind kind);
QVariant groupPlace(BrokerTreeModel::Kind kind, bool paged); // where it leads
QString exchangeHint(const QString &name, const ExchangeRow &row);
QVariant bindingCell(const BindingRow &row, int column, int role);

} // namespace BrokerTree
} // namespace Qombu::Inspector
