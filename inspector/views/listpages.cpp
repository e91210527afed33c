// SPDX-License-Identifier: BSD-3-Clause
#include "views/listpages.h"

#include "models/tableshapes.h"
#include "views/rowsview.h"
#include "views/theme.h"

#include <QtWidgets/qboxlayout.h>

#include <algorithm>

namespace Qombu::Inspector {
namespace {

constexpr int MostHolders = 50; // the consumers of each are another request
constexpr int MostPagesOfHolders = 10; // at once: other questions wait

template<typename Row>
using AnswerOf = typename RowsView<Row>::Answer;

PagedTable::Texts listTexts(const QString &objectName, const QString &accessibleName,
                            const QString &filterHint, const QString &empty,
                            const QString &hint = {})
{
    PagedTable::Texts texts;
    texts.objectName = objectName;
    texts.accessibleName = accessibleName;
    texts.filterHint = filterHint;
    texts.filterName = filterHint;
    texts.empty = empty;
    texts.hint = hint;
    return texts;
}

// A list that comes whole, as a page.
template<typename Row>
RowPage<Row> wholePage(const QList<Row> &rows)
{
    RowPage<Row> page;
    page.takenAt = QDateTime::currentDateTimeUtc();
    page.rows = rows;
    page.count = rows.size();
    return page;
}

PagedTable *exchangesView(BrokerSession *session)
{
    const auto read = [session](const RowQuery &query, QObject *context,
                                const AnswerOf<ExchangeRow> &answer) {
        InventoryQuery wanted;
        wanted.parts = InventoryQuery::Exchanges;
        wanted.nameFilter = query.nameFilter;
        wanted.cursor = query.cursor;
        if (session->hasPages())
            wanted.maximumRows = query.maximumRows;
        session->inventory(wanted).then(context, [answer](const Result<Inventory> &result) {
            if (!result)
                return answer(result.error());
            RowPage<ExchangeRow> page;
            page.takenAt = result->takenAt;
            page.rows = result->exchanges;
            page.count = result->exchangeCount;
            page.cursor = result->cursor;
            page.truncated = result->truncated;
            page.gaps = result->gaps;
            answer(page);
        });
    };
    return new RowsView<ExchangeRow>(
        session, exchangeShape(),
        listTexts(QStringLiteral("exchangeTable"), ListPage::tr("Exchanges"),
                  ListPage::tr("Filter exchanges"), ListPage::tr("This broker has no exchanges.")),
        read);
}

PagedTable *connectionsView(BrokerSession *session)
{
    const auto read = [session](const RowQuery &query, QObject *context,
                                const AnswerOf<ConnectionRow> &answer) {
        session->connections(query).then(context, answer);
    };
    return new RowsView<ConnectionRow>(
        session, connectionShape(),
        listTexts(QStringLiteral("connectionTable"), ListPage::tr("Connections"),
                  ListPage::tr("Filter connections"),
                  ListPage::tr("Nobody that this user may see is connected.")),
        read);
}

PagedTable *channelsView(BrokerSession *session)
{
    const auto read = [session](const RowQuery &query, QObject *context,
                                const AnswerOf<ChannelRow> &answer) {
        ChannelQuery wanted;
        static_cast<RowQuery &>(wanted) = query;
        session->channels(wanted).then(context, answer);
    };
    return new RowsView<ChannelRow>(
        session, channelShape(),
        listTexts(QStringLiteral("channelTable"), ListPage::tr("Channels"),
                  ListPage::tr("Filter channels"),
                  ListPage::tr("Nobody that this user may see has a channel open.")),
        read);
}

PagedTable *allConsumersView(BrokerSession *session)
{
    const auto read = [session](const RowQuery &query, QObject *context,
                                const AnswerOf<ConsumerRow> &answer) {
        session->allConsumers(query).then(context, answer);
    };
    return new RowsView<ConsumerRow>(
        session, consumerShape(),
        listTexts(QStringLiteral("consumerTable"), ListPage::tr("Consumers"),
                  ListPage::tr("Filter queues"),
                  ListPage::tr("Nobody consumes.\nIs a worker running, and does it use this "
                               "broker and virtual host?")),
        read);
}

PagedTable *policiesView(BrokerSession *session)
{
    const auto read = [session](const RowQuery &, QObject *context,
                                const AnswerOf<PolicyRow> &answer) {
        session->policies().then(context, [answer](const Result<QList<PolicyRow>> &result) {
            result ? answer(wholePage(*result)) : answer(result.error());
        });
    };
    return new RowsView<PolicyRow>(session, policyShape(),
                                   listTexts(QStringLiteral("policyTable"),
                                             ListPage::tr("Policies"), {},
                                             ListPage::tr("This virtual host has no policies.")),
                                   read);
}

// A channel whose consumers are not known may be one.
bool mayConsume(const ChannelRow &row, const QString &queue)
{
    const auto isOfQueue = [&queue](const ConsumerRow &consumer) {
        return consumer.queue == queue;
    };
    return (row.consumers.isEmpty() && row.consumerCount != 0)
        || std::any_of(row.consumers.cbegin(), row.consumers.cend(), isOfQueue);
}

// The next page that has rows of the queue, if it is near: the broker knows no such filter.
void walkHolders(BrokerSession *session, const QString &queue, const ChannelQuery &wanted,
                 QObject *context, const AnswerOf<ChannelRow> &answer,
                 int pages = MostPagesOfHolders)
{
    session->channels(wanted).then(context, [=](const Result<RowPage<ChannelRow>> &result) {
        if (!result)
            return answer(result);
        RowPage<ChannelRow> page = *result;
        page.rows.removeIf([&queue](const ChannelRow &row) { return !mayConsume(row, queue); });
        if (!page.rows.isEmpty() || page.cursor.isEmpty() || pages == 1)
            return answer(page);
        ChannelQuery next = wanted;
        next.cursor = page.cursor;
        walkHolders(session, queue, next, context, answer, pages - 1);
    });
}

} // namespace

PagedTable *makeConsumersView(BrokerSession *session, const QString &queue)
{
    const auto read = [session, queue](const RowQuery &, QObject *context,
                                       const AnswerOf<ConsumerRow> &answer) {
        session->consumers(queue).then(context, [answer](const Result<QList<ConsumerRow>> &result) {
            result ? answer(wholePage(*result)) : answer(result.error());
        });
    };
    TableShape<ConsumerRow> shape = consumerShape();
    shape.fields.removeAt(1); // the queue
    shape.fields[0].place = nullptr;
    return new RowsView<ConsumerRow>(
        session, shape,
        listTexts(QStringLiteral("consumerTable"), ListPage::tr("Consumers of this queue"), {},
                  ListPage::tr("Nobody consumes this queue.\nIs a worker running, and does it use "
                               "this broker and virtual host?")),
        read);
}

PagedTable *makeHoldersView(BrokerSession *session, const QString &queue)
{
    const auto read = [session, queue](const RowQuery &query, QObject *context,
                                       const AnswerOf<ChannelRow> &answer) {
        ChannelQuery wanted;
        static_cast<RowQuery &>(wanted) = query;
        wanted.holding = true;
        wanted.maximumRows = MostHolders;
        if (queue.isEmpty())
            return void(session->channels(wanted).then(context, answer));
        const bool isFirst = query.cursor.isEmpty();
        walkHolders(session, queue, wanted, context,
                    [answer, isFirst](const Result<RowPage<ChannelRow>> &result) {
                        if (!result)
                            return answer(result);
                        RowPage<ChannelRow> page = *result;
                        page.count = isFirst && page.cursor.isEmpty() ? page.rows.size() : -1;
                        answer(page);
                    });
    };
    const QString hint = ListPage::tr(
        "Messages that channels have taken and not yet acknowledged. The broker counts "
        "them by channel and shows no bodies; they return when their channel closes.");
    return new RowsView<ChannelRow>(
        session, holderShape(),
        listTexts(QStringLiteral("holderTable"), ListPage::tr("Channels that hold messages"), {},
                  queue.isEmpty()
                      ? ListPage::tr("No channel holds a message.")
                      : ListPage::tr("No channel that consumes this queue holds a message."),
                  hint),
        read);
}

ListPage *makeListPage(BrokerSession *session, const QString &place)
{
    if (place == u"exchanges")
        return new ListPage(session, place, ListPage::tr("Exchanges"), "exchange",
                            exchangesView(session));
    if (place == u"connections")
        return new ListPage(session, place, ListPage::tr("Connections"), "activity",
                            connectionsView(session));
    if (place == u"channels")
        return new ListPage(session, place, ListPage::tr("Channels"), "binding",
                            channelsView(session));
    if (place == u"consumers")
        return new ListPage(session, place, ListPage::tr("Consumers"), "consume",
                            allConsumersView(session));
    if (place == u"policies")
        return new ListPage(session, place, ListPage::tr("Policies"), "info",
                            policiesView(session));
    return nullptr;
}

ListPage::ListPage(BrokerSession *session, const QString &place, const QString &title,
                   const char *icon, PagedTable *table)
    : Page(session, place)
    , m_title(title)
    , m_icon(icon)
    , m_table(table)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 6);
    layout->addWidget(table);
    connect(table, &PagedTable::placeRequested, this, &Page::placeRequested);
}

QIcon ListPage::icon() const
{
    return Theme::icon(m_icon);
}

void ListPage::refresh()
{
    m_table->refresh();
}

} // namespace Qombu::Inspector
