// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/clientlook.h"

#include "transports/amqp/management/clientrows.h"
#include "transports/amqp/management/consumerwalk.h"
#include "transports/amqp/management/holderwalk.h"
#include "transports/amqp/management/managementrows.h"
#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {
namespace {

// Of each, who it consumes for is asked alone.
constexpr int MostHolders = 50;

template<typename Row, typename Seen>
RowPage<Row> pageOf(const Seen &seen, Row (*read)(const QVariantMap &))
{
    RowPage<Row> page;
    page.takenAt = seen.takenAt;
    page.count = seen.page.count;
    page.gaps = seen.gaps;
    for (const QVariant &item : seen.page.items)
        page.rows.append(read(item.toMap()));
    if (!seen.page.isLast)
        page.cursor = seen.place.nextPage().cursor();
    return page;
}

} // namespace

void ClientLook::ask(const QByteArray &list, const QByteArray &more, const RowQuery &query,
                     int mostRows, Done<Seen> done)
{
    const Result<RowPlace> place = RowPlace::of(query, mostRows);
    if (!place)
        return done(place.error());
    ManagementQuestion question;
    question.path = ManagementPage::path(list, place->page, query.nameFilter, more);
    question.until = m_api->endOfLook();
    Seen seen;
    seen.place = *place;
    seen.takenAt = ManagementRows::timeNow(*m_api->hub());
    seen.until = *question.until;
    const auto asked = [this, question, seen,
                        done = std::move(done)](const Result<ManagementCaller> &caller) {
        if (!caller)
            return done(caller.error());
        Seen known = seen;
        known.gaps = {caller->gapOfClients(), gapOfStatistics()};
        known.gaps.removeAll(QString());
        askPage(question, known, done);
    };
    ManagementCaller::ask(m_api, seen.until, asked);
}

// Behind the end of a list that grew shorter is nothing; the first page has no such end.
void ClientLook::askPage(const ManagementQuestion &question, const Seen &known, Done<Seen> done)
{
    m_api->ask(question, [known, done = std::move(done)](const Result<QVariant> &answer) {
        if (!answer && known.place.page.page == 1)
            return done(answer.error());
        const Result<ManagementPage> page = ManagementPage::read(answer);
        if (!page)
            return done(page.error());
        Seen seen = known;
        seen.page = *page;
        done(std::move(seen));
    });
}

QString ClientLook::gapOfStatistics() const
{
    if (!m_api->server().countsNothing)
        return {};
    return Text::tr(
        "RabbitMQ's statistics are turned off there: of connections it tells only names "
        "and users, and not whether they use TLS.");
}

void ClientLook::connections(const RowQuery &query, Done<RowPage<ConnectionRow>> done)
{
    ask("connections", "&columns=" + ClientRows::connectionColumns(), query,
        ManagementPage::MostRows, [done = std::move(done)](const Result<Seen> &seen) {
            if (!seen)
                return done(seen.error());
            done(pageOf<ConnectionRow>(*seen, &ClientRows::connection));
        });
}

void ClientLook::channels(const ChannelQuery &query, Done<RowPage<ChannelRow>> done)
{
    QByteArray more =
        "&columns=" + ClientRows::channelColumns() + '&' + ManagementRows::rateSamples();
    if (query.holding)
        more += "&sort=messages_unacknowledged&sort_reverse=true";
    const int mostRows = query.holding ? MostHolders : ManagementPage::MostRows;
    ask("channels", more, query, mostRows,
        [this, holding = query.holding, done = std::move(done)](const Result<Seen> &seen) {
            if (!seen && m_api->server().countsNothing) {
                return done(
                    Error(Error::Unsupported,
                          Text::tr("RabbitMQ lists channels only from its statistics, which "
                                   "are turned off there.")));
            }
            if (!seen)
                return done(seen.error());
            RowPage<ChannelRow> page = pageOf<ChannelRow>(*seen, &ClientRows::channel);
            if (!holding)
                return done(std::move(page));
            std::make_shared<HolderWalk>(m_api, std::move(page), seen->place, seen->until, done)
                ->start();
        });
}

void ClientLook::consumers(const RowQuery &query, Done<RowPage<ConsumerRow>> done)
{
    const Result<RowPlace> place = RowPlace::of(query, ConsumerWalk::QueuesOfPage);
    if (!place)
        return done(place.error());
    std::make_shared<ConsumerWalk>(m_api, query, *place, std::move(done))->start();
}

} // namespace Qombu::Amqp
