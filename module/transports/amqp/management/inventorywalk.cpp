// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/inventorywalk.h"

#include "core/whilealive_p.h"
#include "transports/amqp/management/managementrows.h"
#include "transports/amqp/wire/amqptext.h"

#include <algorithm>

namespace Qombu::Amqp {
namespace {

// What RabbitMQ collects statistics in, unless it is configured otherwise; it does not tell.
constexpr std::chrono::seconds StatisticsInterval{5};
// Where statistics are off: what is asked of each queue instead.
constexpr char TotalsOnly[] = "&disable_stats=true&enable_queue_totals=true";

// Empty: by name, as lists are anyway. To say so costs RabbitMQ 3.10 ten times as much: it collects
// all of every queue then, and not of those on the page only.
QByteArray sortColumn(InventoryQuery::Sort sort)
{
    switch (sort) {
    case InventoryQuery::ByName:
        break;
    case InventoryQuery::ByReady:
        return "messages_ready";
    case InventoryQuery::ByUnacked:
        return "messages_unacknowledged";
    case InventoryQuery::ByConsumers:
        return "consumers";
    case InventoryQuery::ByBytes:
        return "message_bytes";
    case InventoryQuery::ByPublished:
        return "message_stats.publish_details.rate";
    case InventoryQuery::ByDelivered:
        return "message_stats.deliver_get_details.rate";
    }
    return {};
}

} // namespace

InventoryWalk::InventoryWalk(ManagementApi *api, const InventoryQuery &query, Ended ended)
    : m_hub(api->hub())
    , m_api(api)
    , m_query(query)
    , m_ended(std::move(ended))
    , m_mostRows(std::max(1, query.maximumRows))
{
    m_inventory.unacked = -1;
}

void InventoryWalk::start()
{
    const Result<InventoryCursor> cursor = InventoryCursor::read(m_query.cursor);
    if (!cursor) {
        m_error = cursor.error();
        return m_hub->callSoon(whileAlive(m_alive, [this] { finish(); }));
    }
    m_next = *cursor;
    if (m_next.rows == 0)
        m_next.rows = rowsOfPage();
    m_timer = m_hub->callLater(m_api->timeout() * 4 / 5, [this] { timeIsOver(); });
    const bool hasQueues = wants(InventoryQuery::Queues) && m_next.queues > 0;
    const bool hasExchanges = (wants(InventoryQuery::Exchanges) || wants(InventoryQuery::Bindings))
        && m_next.exchanges > 0;
    if (!hasQueues)
        m_next.queues = 0;
    if (!hasExchanges)
        m_next.exchanges = 0;
    m_chains = int(hasQueues) + int(hasExchanges);
    if (hasQueues)
        askQueues();
    if (hasExchanges)
        askExchanges();
    if (m_chains == 0)
        m_hub->callSoon(whileAlive(m_alive, [this] { finish(); }));
}

// As few pages as possible, of one size.
int InventoryWalk::rowsOfPage() const
{
    const int pages = (m_mostRows - 1) / ManagementPage::MostRows + 1;
    return m_mostRows / pages;
}

void InventoryWalk::ask(const ManagementQuestion &question, Done<QVariant> answered)
{
    m_api->ask(question, whileAlive(m_alive, std::move(answered)));
}

QByteArray InventoryWalk::queuesPath(const QByteArray &more) const
{
    const QByteArray column = sortColumn(m_query.sort);
    QByteArray order;
    if (!column.isEmpty())
        order += "&sort=" + column;
    if (m_query.descending)
        order += "&sort_reverse=true";
    return ManagementPage::path("queues/" + m_api->virtualHost(), {m_next.queues, m_next.rows},
                                m_query.nameFilter, order + more);
}

void InventoryWalk::askQueues()
{
    ManagementQuestion question;
    question.path = queuesPath('&' + ManagementRows::rateSamples()
                               + "&columns=" + ManagementRows::queueColumns());
    question.pathWithoutStatistics = queuesPath(TotalsOnly);
    ask(question,
        [this](const Result<QVariant> &answer) { queuesCame(ManagementPage::read(answer)); });
}

void InventoryWalk::queuesCame(const Result<ManagementPage> &page)
{
    if (!page)
        return chainFailed(page.error());
    m_hasSomething = true;
    noteTime();
    m_hasChanged |= m_inventory.queueCount >= 0 && page->count != m_inventory.queueCount;
    if (page->count >= 0)
        m_inventory.queueCount = page->count;
    for (const QVariant &item : page->items)
        addQueue(item.toMap());
    m_next.queues = page->isLast ? 0 : m_next.queues + 1;
    if (page->isLast || m_isLate || isEnough(m_inventory.queues.size()))
        chainEnded();
    else
        askQueues();
}

// Of the oldest of what is shown.
void InventoryWalk::noteTime()
{
    if (!m_inventory.takenAt.isValid())
        m_inventory.takenAt = ManagementRows::timeNow(*m_hub);
}

void InventoryWalk::addQueue(const QVariantMap &json)
{
    QueueRow row = ManagementRows::queueRow(json);
    if (m_queueNames.contains(row.name))
        return;
    m_queueNames.insert(row.name);
    m_inventory.queues.append(std::move(row));
}

void InventoryWalk::askExchanges()
{
    const int page = (m_next.exchanges - 1) / m_next.rows + 1;
    const QByteArray more =
        '&' + ManagementRows::rateSamples() + "&columns=" + ManagementRows::exchangeColumns();
    ask({ManagementPage::path("exchanges/" + m_api->virtualHost(), {page, m_next.rows},
                              m_query.nameFilter, more)},
        [this](const Result<QVariant> &answer) { exchangesCame(ManagementPage::read(answer)); });
}

void InventoryWalk::exchangesCame(const Result<ManagementPage> &page)
{
    if (!page)
        return chainFailed(page.error());
    noteTime();
    if (page->count >= 0)
        m_inventory.exchangeCount = page->count;
    const int readBefore = (m_next.exchanges - 1) % m_next.rows; // in an earlier answer
    for (const QVariant &item : page->items.mid(readBefore))
        m_exchanges.push_back(ManagementRows::exchangeRow(item.toMap()));
    m_isLastPage = page->isLast;
    nextExchange();
}

// One is shown when it is read, and not before: the next answer begins with the first that is not.
void InventoryWalk::nextExchange()
{
    // Each queue is bound to the one without a name, by its own.
    const auto hasBindings = [this](const ExchangeRow &row) {
        return wants(InventoryQuery::Bindings) && !row.name.isEmpty();
    };
    while (!m_exchanges.empty() && !hasBindings(m_exchanges.front())) {
        addExchange(std::move(m_exchanges.front()));
        m_exchanges.pop_front();
    }
    if (!m_exchanges.empty())
        return m_isLate || m_isFull ? chainEnded() : askBindings();
    m_hasSomething = true;
    if (m_isLastPage)
        m_next.exchanges = 0;
    if (m_isLastPage || m_isLate || m_isFull || isEnough(m_exchangesRead))
        chainEnded();
    else
        askExchanges();
}

void InventoryWalk::addExchange(ExchangeRow &&row)
{
    ++m_exchangesRead;
    ++m_next.exchanges;
    if (wants(InventoryQuery::Exchanges))
        m_inventory.exchanges.append(std::move(row));
}

// Never of the whole virtual host: that list has no pages.
void InventoryWalk::askBindings()
{
    ask({"exchanges/" + m_api->virtualHost() + '/'
         + ManagementApi::encoded(m_exchanges.front().name) + "/bindings/source"},
        [this](const Result<QVariant> &answer) { bindingsCame(answer); });
}

void InventoryWalk::bindingsCame(const Result<QVariant> &answer)
{
    ExchangeRow row = std::move(m_exchanges.front());
    m_exchanges.pop_front();
    const Error::Kind kind = answer.error().kind();
    if (kind == Error::Channel) {
        m_inventory.gaps << Text::tr("The bindings of the exchange \"%1\" are not shown: %2")
                                .arg(row.name, answer.error().text());
    } else if (!answer && kind != Error::NotFound) { // which was removed meanwhile
        m_exchanges.push_front(std::move(row));
        return chainFailed(answer.error());
    }
    const QVariantList items = answer.valueOr({}).toList();
    if (answer)
        row.bindings = int(items.size());
    m_hasSomething = true;
    if (addBindings(items))
        addExchange(std::move(row));
    else
        m_exchanges.push_front(std::move(row));
    nextExchange();
}

// False: the next answer goes on with the rest of them.
bool InventoryWalk::addBindings(const QVariantList &items)
{
    const qsizetype room = m_mostRows - m_inventory.bindings.size();
    const QVariantList left = items.mid(m_next.bindings);
    for (const QVariant &item : left.first(std::min(room, left.size())))
        m_inventory.bindings.append(ManagementRows::bindingRow(item.toMap()));
    m_isFull = m_inventory.bindings.size() >= m_mostRows;
    m_next.bindings = left.size() > room ? m_next.bindings + int(room) : 0;
    return m_next.bindings == 0;
}

void InventoryWalk::chainFailed(const Error &error)
{
    if (!m_error.isError())
        m_error = error;
    chainEnded();
}

void InventoryWalk::chainEnded()
{
    if (--m_chains == 0)
        sumUp();
}

// What has come is shown; the cursor leads to the rest.
void InventoryWalk::timeIsOver()
{
    m_isLate = true;
    if (m_hasSomething)
        finish();
}

void InventoryWalk::sumUp()
{
    if (!wants(InventoryQuery::Queues))
        return finish();
    const QList<QueueRow> &rows = m_inventory.queues;
    const bool isAll = m_query.cursor.isEmpty() && m_query.nameFilter.isEmpty()
        && m_next.queues == 0 && !m_error.isError()
        && std::ranges::all_of(rows, [](const QueueRow &row) { return row.unacked >= 0; });
    if (isAll) {
        m_inventory.unacked = 0;
        for (const QueueRow &row : rows)
            m_inventory.unacked += row.unacked;
    } else if (mayAskForTotals && !m_isLate && !m_error.isError()) {
        return askForTotals();
    }
    finish();
}

// Only an administrator is told.
void InventoryWalk::askForTotals()
{
    ask({"vhosts/" + m_api->virtualHost() + "?columns=messages_unacknowledged"},
        [this](const Result<QVariant> &answer) {
            m_wereTotalsRefused = answer.error().kind() == Error::Configuration;
            if (answer)
                m_inventory.unacked =
                    ManagementRows::number(answer->toMap(), "messages_unacknowledged");
            finish();
        });
}

void InventoryWalk::sayWhatIsUnknown()
{
    const auto notCounted = std::ranges::count_if(
        m_inventory.queues, [](const QueueRow &row) { return row.ready < 0; });
    if (m_api->server().countsNothing) {
        m_inventory.gaps << Text::tr("RabbitMQ's statistics are turned off: consumers, bytes and "
                                     "rates of queues are not known.");
    } else if (notCounted > 0) {
        m_inventory.gaps << Text::tr("RabbitMQ has not counted %n queues yet.", nullptr,
                                     int(notCounted));
    }
    if (!m_api->server().hasRates && !m_api->server().countsNothing)
        m_inventory.gaps << Text::tr("RabbitMQ computes no rates (rates_mode = none).");
    if (m_hasChanged) {
        m_inventory.gaps << Text::tr("Queues came or went while the list was read: some may be "
                                     "missing here.");
    }
    if (m_isLate && !m_next.text().isEmpty()) {
        m_inventory.gaps << Text::tr(
            "RabbitMQ's management API is slow: this is what it answered in "
            "time.");
    }
    if (m_error.isError())
        m_inventory.gaps << Text::tr("Not all was read. %1").arg(m_error.text());
}

void InventoryWalk::finish()
{
    m_timer.cancel();
    if (m_error.isError() && !m_hasSomething)
        return m_ended(this, m_error);
    sayWhatIsUnknown();
    noteTime();
    m_inventory.countsAge = StatisticsInterval;
    m_inventory.cursor = m_next.text();
    m_inventory.truncated |= m_error.isError() || !m_inventory.cursor.isEmpty();
    m_ended(this, std::move(m_inventory));
}

} // namespace Qombu::Amqp
