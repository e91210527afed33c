// SPDX-License-Identifier: BSD-3-Clause
#include "clientverbs.h"

#include "cellvalues.h"
#include "pagedverb.h"
#include "text.h"

namespace {

const QString HoldingOption = QStringLiteral("holding");
const QString UserKey = QStringLiteral("user");
const QString ConnectionKey = QStringLiteral("connection");
const QString ChannelKey = QStringLiteral("channel");
const QString PrefetchKey = QStringLiteral("prefetch");

class ConsumersVerb : public PagedVerb
{
public:
    QString name() const override { return QStringLiteral("consumers"); }
    QString example() const override { return QStringLiteral("consumers orders"); }
    QString summary() const override
    {
        return Text::tr("List the consumers of all queues, or of one.");
    }
    QString synopsis() const override { return QStringLiteral("[QUEUE]"); }
    QString jsonKeys() const override { return keysOf(rowOf(Qombu::ConsumerRow())); }

    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override
    {
        if (positional.size() > 1 || (positional.size() == 1 && positional.constFirst().isEmpty()))
            return Text::tr("Name one queue, or none.");
        m_queue = positional.value(0);
        for (const QString &option : positional.isEmpty() ? QStringList() : listOptions())
            if (parser.isSet(option))
                return Text::tr("--%1 is for the consumers of all queues.").arg(option);
        return PagedVerb::read(parser, {});
    }

protected:
    QString filterText() const override
    {
        return Text::tr("Only of queues whose names contain this text.");
    }
    bool isSlow() const override { return true; }
    QList<Column> columns() const override
    {
        return {{Text::tr("QUEUE")},
                {Text::tr("TAG")},
                {Text::tr("CONNECTION")},
                {Text::tr("CHANNEL"), Column::IfKnown},
                {Text::tr("USER"), Column::IfKnown},
                {Text::tr("PREFETCH")},
                {QString(), Column::IfKnown}};
    }

    void askPage(Session &session, Qombu::Browser &browser, const Qombu::RowQuery &query,
                 Paged done) override
    {
        if (m_queue.isEmpty())
            return answer(session, browser.allConsumers(query), rowOf, done);
        const auto isThere = [done] { done(Page()); };
        browser.consumers(m_queue).then(
            &session, [=, this, &session](const Qombu::Result<QList<Qombu::ConsumerRow>> &found) {
                if (!found)
                    return done(found.error());
                const auto can = session.connection()->capabilities();
                if (found->isEmpty() && !can.testFlag(Qombu::Capability::Overview))
                    return tellWhyNothing(session, m_queue, isThere);
                Page page;
                for (const Qombu::ConsumerRow &row : *found)
                    page.rows.push_back(rowOf(row));
                done(page);
            });
    }

private:
    static Row rowOf(const Qombu::ConsumerRow &row)
    {
        QStringList remarks;
        if (!row.acknowledges)
            remarks << Text::tr("takes without acknowledging");
        if (row.exclusive)
            remarks << Text::tr("exclusive");
        if (!row.active)
            remarks << Text::tr("waits until the active one has left");
        return {{{QStringLiteral("queue"), row.queue},
                 {QStringLiteral("tag"), row.tag},
                 {ConnectionKey, textOrNull(row.connection)},
                 {ChannelKey, textOrNull(row.channel)},
                 {UserKey, textOrNull(row.user)},
                 {PrefetchKey, countOrNull(row.prefetchCount)},
                 {QStringLiteral("acknowledges"), row.acknowledges},
                 {QStringLiteral("exclusive"), row.exclusive},
                 {QStringLiteral("active"), row.active},
                 {QStringLiteral("arguments"), row.arguments}},
                {row.queue, row.tag, textCell(row.connection), row.channel, row.user,
                 prefetchCell(row.prefetchCount), remarks.join(QLatin1String(", "))}};
    }

    QString m_queue; // empty: all
};

class ConnectionsVerb : public PagedVerb
{
public:
    QString name() const override { return QStringLiteral("connections"); }
    QString example() const override { return QStringLiteral("connections --filter 10.0.0."); }
    QString summary() const override { return Text::tr("List the connections of all clients."); }
    QString jsonKeys() const override { return keysOf(rowOf(Qombu::ConnectionRow())); }

protected:
    QList<Column> columns() const override
    {
        return {{Text::tr("CONNECTION")},
                {Text::tr("CLIENT"), Column::IfKnown},
                {Text::tr("USER")},
                {Text::tr("VIRTUAL HOST")},
                {Text::tr("STATE"), Column::IfKnown},
                {Text::tr("PROTOCOL"), Column::IfKnown},
                {Text::tr("TLS"), Column::IfKnown},
                {Text::tr("CHANNELS")},
                {Text::tr("IN/S"), Column::IfKnown},
                {Text::tr("OUT/S"), Column::IfKnown},
                {Text::tr("SINCE"), Column::IfKnown}};
    }

    void askPage(Session &session, Qombu::Browser &browser, const Qombu::RowQuery &query,
                 Paged done) override
    {
        answer(session, browser.connections(query), rowOf, done);
    }

private:
    static Row rowOf(const Qombu::ConnectionRow &row)
    {
        return {{{ConnectionKey, row.name},
                 {QStringLiteral("client"), textOrNull(row.clientName)},
                 {UserKey, textOrNull(row.user)},
                 {QStringLiteral("virtual_host"), textOrNull(row.virtualHost)},
                 {QStringLiteral("peer"), textOrNull(row.peer)},
                 {QStringLiteral("state"), textOrNull(row.state)},
                 {QStringLiteral("protocol"), textOrNull(row.protocol)},
                 {QStringLiteral("encrypted"), row.encrypted},
                 {QStringLiteral("channels"), countOrNull(row.channels)},
                 {QStringLiteral("received_bytes_per_second"), countOrNull(row.receivedRate)},
                 {QStringLiteral("sent_bytes_per_second"), countOrNull(row.sentRate)},
                 {QStringLiteral("connected_at"), timeOrNull(row.connectedAt)},
                 {QStringLiteral("client_properties"), row.clientProperties}},
                {row.name, row.clientName, textCell(row.user), textCell(row.virtualHost), row.state,
                 row.protocol, yesCell(row.encrypted), countCell(row.channels),
                 bytesCell(row.receivedRate), bytesCell(row.sentRate),
                 row.connectedAt.toLocalTime().toString(Qt::ISODate)}};
    }
};

class ChannelsVerb : public PagedVerb
{
public:
    QString name() const override { return QStringLiteral("channels"); }
    QString example() const override { return QStringLiteral("channels --holding"); }
    QString summary() const override { return Text::tr("List the channels of all clients."); }
    QString jsonKeys() const override { return keysOf(rowOf(Qombu::ChannelRow(), false)); }
    QList<QCommandLineOption> options() const override
    {
        return QList<QCommandLineOption>{
                   {HoldingOption,
                    Text::tr("Only those that hold messages, the most first, with their "
                             "consumers.")}}
        + PagedVerb::options();
    }
    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override
    {
        m_isHolding = parser.isSet(HoldingOption);
        return PagedVerb::read(parser, positional);
    }

protected:
    bool isSlow() const override { return true; } // with its consumers
    QList<Column> columns() const override
    {
        return {{Text::tr("CHANNEL")},
                {Text::tr("USER")},
                {Text::tr("STATE"), Column::IfKnown},
                {Text::tr("HELD")},
                {Text::tr("PREFETCH")},
                {Text::tr("UNCONFIRMED"), Column::IfKnown},
                {Text::tr("IN/S"), Column::IfKnown},
                {Text::tr("OUT/S"), Column::IfKnown},
                {Text::tr("ACKS/S"), Column::IfKnown},
                {Text::tr("CONSUMERS")}};
    }

    void askPage(Session &session, Qombu::Browser &browser, const Qombu::RowQuery &query,
                 Paged done) override
    {
        Qombu::ChannelQuery channels;
        static_cast<Qombu::RowQuery &>(channels) = query;
        channels.holding = m_isHolding;
        answer(
            session, browser.channels(channels),
            [isHolding = m_isHolding](const Qombu::ChannelRow &row) {
                return rowOf(row, isHolding);
            },
            done);
    }

private:
    // Without isHolding nobody was asked for the consumers: how many there are is all.
    static Row rowOf(const Qombu::ChannelRow &row, bool isHolding)
    {
        return {{{ChannelKey, row.name},
                 {ConnectionKey, textOrNull(row.connection)},
                 {QStringLiteral("number"), row.number},
                 {UserKey, textOrNull(row.user)},
                 {QStringLiteral("virtual_host"), textOrNull(row.virtualHost)},
                 {QStringLiteral("state"), textOrNull(row.state)},
                 {PrefetchKey, countOrNull(row.prefetchCount)},
                 {QStringLiteral("held"), countOrNull(row.unacked)},
                 {QStringLiteral("unconfirmed"), countOrNull(row.unconfirmed)},
                 {QStringLiteral("confirms"), row.confirms},
                 {QStringLiteral("transactional"), row.transactional},
                 {QStringLiteral("rates"), ratesObject(row.rates)},
                 {QStringLiteral("consumer_count"), countOrNull(row.consumerCount)},
                 {QStringLiteral("consumers"),
                  isHolding ? QVariant(consumersList(row)) : QVariant::fromValue(nullptr)}},
                {row.name, textCell(row.user), row.state, countCell(row.unacked),
                 prefetchCell(row.prefetchCount),
                 row.confirms ? countCell(row.unconfirmed) : QString(),
                 rateCell(row.rates.published), rateCell(row.rates.delivered),
                 rateCell(row.rates.acknowledged),
                 isHolding ? consumersCell(row) : countCell(row.consumerCount)}};
    }

    bool m_isHolding = false;
};

} // namespace

QVariantList consumersList(const Qombu::ChannelRow &channel)
{
    QVariantList list;
    for (const Qombu::ConsumerRow &consumer : channel.consumers)
        list << QVariantMap{{QStringLiteral("tag"), consumer.tag},
                            {QStringLiteral("queue"), consumer.queue},
                            {PrefetchKey, countOrNull(consumer.prefetchCount)}};
    return list;
}

QString consumersCell(const Qombu::ChannelRow &channel)
{
    QStringList consumers;
    for (const Qombu::ConsumerRow &consumer : channel.consumers)
        consumers << QStringLiteral("%1 → %2").arg(consumer.queue, consumer.tag);
    return textCell(consumers.join(QLatin1String(", ")));
}

QString prefetchCell(int count)
{
    return count == 0 ? Text::tr("no limit") : countCell(count);
}

std::vector<std::unique_ptr<Verb>> clientVerbs()
{
    std::vector<std::unique_ptr<Verb>> verbs;
    verbs.push_back(std::make_unique<ConsumersVerb>());
    verbs.push_back(std::make_unique<ConnectionsVerb>());
    verbs.push_back(std::make_unique<ChannelsVerb>());
    return verbs;
}
