// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/queuetablemodel.h"
#include "views/pagedtable.h"

namespace Qombu::Inspector {

// The queues of a broker, sorted and filtered: by the broker where it has pages, otherwise here,
// from the session's inventory.
class QueueListView : public PagedTable
{
    Q_OBJECT
public:
    explicit QueueListView(BrokerSession *session);

    void refresh() override;

Q_SIGNALS:
    void queueNameWanted(); // the broker lists none: which is it?

protected:
    void ask(const Question::Done &done) override;

private:
    void sortBy(int column);
    void takeInventory();
    void take(const Inventory &inventory, bool isStale);
    void showNamedQueues();
    bool isFirstPageOfSession() const;
    Inventory sortedHere() const;
    void showColumns();

    QueueTableModel m_model;
    InventoryQuery m_order; // its sort and direction
};

} // namespace Qombu::Inspector
