// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/result.h>

#include <QtCore/qstring.h>

namespace Qombu::Amqp {

// Where the next part of an inventory begins, as it travels through Inventory::cursor. A plain
// value.
struct InventoryCursor
{
    static Result<InventoryCursor> read(const QString &text); // empty: the first part
    QString text() const; // empty: there is no more

    int queues = 1; // page; 0: there are no more
    int exchanges = 1; // the number of the exchange; 0: there are no more
    int rows = 0; // of a page; 0: not chosen yet
    int bindings = 0; // of the exchange that were shown before

    friend bool operator==(const InventoryCursor &, const InventoryCursor &) = default;
};

} // namespace Qombu::Amqp
