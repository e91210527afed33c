// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/inventory.h>

namespace Qombu {

// For brokers that know neither order nor pages: brings all that was found into the order that
// query wants, and leaves of it the page it asks for. Queues have pages, and exchanges where no
// queues are asked for (by name; their sort is of queues). A cursor names the last row of the page
// before, so that what is made or removed in between moves no other row to another page.
void cutPage(Inventory &inventory, const InventoryQuery &query);

} // namespace Qombu
