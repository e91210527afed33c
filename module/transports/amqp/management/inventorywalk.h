// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/management/inventorycursor.h"
#include "transports/amqp/management/managementapi.h"
#include "transports/amqp/management/managementpage.h"

#include <Qombu/inventory.h>

#include <QtCore/qset.h>

#include <deque>

namespace Qombu::Amqp {

// One answer about what a virtual host has: page after page of queues and exchanges, and of each
// exchange where it leads, until there are enough rows or the time is over. Hub's thread; the
// browser owns it.
class InventoryWalk
{
public:
    using Ended = std::function<void(InventoryWalk *, Result<Inventory> &&)>; // may destroy it

    InventoryWalk(ManagementApi *api, const InventoryQuery &query, Ended ended);
    void start(); // ended is called once, not in this call
    // Whether the number of all messages that are held is worth a question: few may see it.
    bool mayAskForTotals = true;
    bool wereTotalsRefused() const { return m_wereTotalsRefused; }

private:
    bool wants(InventoryQuery::Part part) const { return m_query.parts & part; }
    int rowsOfPage() const;
    QByteArray queuesPath(const QByteArray &more) const;
    void ask(const ManagementQuestion &question, Done<QVariant> answered);
    void askQueues();
    void queuesCame(const Result<ManagementPage> &page);
    void noteTime();
    void addQueue(const QVariantMap &json);
    void askExchanges();
    void exchangesCame(const Result<ManagementPage> &page);
    void nextExchange();
    void askBindings();
    void bindingsCame(const Result<QVariant> &answer);
    bool addBindings(const QVariantList &items);
    void addExchange(ExchangeRow &&row);
    bool isEnough(qsizetype rows) const { return rows + m_next.rows > m_mostRows; }
    void chainFailed(const Error &error);
    void chainEnded();
    void timeIsOver();
    void sumUp();
    void askForTotals();
    void sayWhatIsUnknown();
    void finish();

    Hub *const m_hub;
    ManagementApi *const m_api;
    const InventoryQuery m_query;
    const Ended m_ended;
    const int m_mostRows;
    InventoryCursor m_next;
    Inventory m_inventory;
    QSet<QString> m_queueNames; // a list that changes meanwhile shows some twice
    bool m_hasChanged = false; // the list of queues
    int m_exchangesRead = 0;
    std::deque<ExchangeRow> m_exchanges; // of the page, that are not read yet
    bool m_isLastPage = false; // of exchanges
    bool m_isFull = false; // of bindings
    int m_chains = 0; // that go on: queues, exchanges
    bool m_hasSomething = false;
    bool m_isLate = false;
    Error m_error;
    bool m_wereTotalsRefused = false;
    HubHandle m_timer;
    std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace Qombu::Amqp
