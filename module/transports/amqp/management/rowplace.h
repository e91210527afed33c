// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/management/managementpage.h"

#include <Qombu/brokeroverview.h>

namespace Qombu::Amqp {

// Where in a list that the management API pages the next row is: what stands in a RowPage's cursor.
// Pages stay as large as the first was, whatever a later query says. A plain value.
struct RowPlace
{
    // Error::Configuration for a cursor that no page had.
    static Result<RowPlace> of(const RowQuery &query, int mostRows);
    QString cursor() const;
    RowPlace nextPage() const { return {{page.page + 1, page.rows}}; }

    ManagementPage::Place page;
    int item = 0; // of the page
    int row = 0; // of the item, where an item has several
};

} // namespace Qombu::Amqp
