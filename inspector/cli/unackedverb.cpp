// SPDX-License-Identifier: BSD-3-Clause
#include "unackedverb.h"

#include "cellvalues.h"
#include "clientverbs.h"
#include "messagejson.h"
#include "text.h"

#include <algorithm>

namespace {

constexpr qsizetype MostHeld = 1000; // are shown
constexpr int MostHolders = 100; // channels, the consumers of each asked for alone

QString keyOf(Qombu::HolderState state)
{
    const char *const keys[] = {"unknown", "alive", "dead"};
    return QString::fromLatin1(keys[int(state)]);
}

QString nameOf(Qombu::HolderState state)
{
    const QString names[] = {Text::tr("unknown"), Text::tr("alive"), Text::tr("dead")};
    return names[int(state)];
}

QString localTime(const QDateTime &time)
{
    return textCell(time.toLocalTime().toString(Qt::ISODate));
}

} // namespace

QString UnackedVerb::summary() const
{
    return Text::tr("List messages that consumers hold; on RabbitMQ, how many each channel holds.");
}

QString UnackedVerb::jsonKeys() const
{
    return Text::tr("%1; or, by channel, %2")
        .arg(keysOf(rowOf(Qombu::UnackedRow())), keysOf(channelRowOf(Qombu::ChannelRow())));
}

void UnackedVerb::ask(Session &session, Qombu::Browser &browser)
{
    using Held = Qombu::Result<QList<Qombu::UnackedRow>>;
    browser.unacked(MostHeld + 1).then(&session, [this, &session, &browser](const Held &held) {
        const auto can = session.connection()->capabilities();
        if (held)
            show(session, *held);
        else if (held.error().kind() == Qombu::Error::Unsupported
                 && can.testFlag(Qombu::Capability::Overview))
            askChannels(session, browser);
        else
            session.fail(held.error());
    });
}

void UnackedVerb::show(Session &session, const QList<Qombu::UnackedRow> &held)
{
    tellTruncation(held.size() > MostHeld);
    std::vector<Row> rows;
    for (const Qombu::UnackedRow &row : held.first(std::min(MostHeld, held.size())))
        rows.push_back(rowOf(row));
    print(session,
          {{Text::tr("TAG")},
           {Text::tr("QUEUE")},
           {Text::tr("HOLDER")},
           {Text::tr("HOLDER IS")},
           {Text::tr("DELIVERED")},
           {Text::tr("RETURNS")},
           {QString()}},
          rows);
}

ListVerb::Row UnackedVerb::rowOf(const Qombu::UnackedRow &row)
{
    QVariantMap object = messageObject(row.message, whyUnreadable(row.message));
    object.insert(QStringLiteral("tag"), row.tag);
    object.insert(QStringLiteral("delivered_at"), timeOrNull(row.deliveredAt));
    object.insert(QStringLiteral("returns_at"), timeOrNull(row.returnsAt));
    object.insert(QStringLiteral("holder"), textOrNull(row.holder));
    object.insert(QStringLiteral("holder_state"), keyOf(row.holderState));
    return {object,
            {row.tag, row.message.queue(), textCell(row.holder), nameOf(row.holderState),
             localTime(row.deliveredAt), localTime(row.returnsAt), row.message.error().text()}};
}

void UnackedVerb::askChannels(Session &session, Qombu::Browser &browser)
{
    Qombu::ChannelQuery query;
    query.holding = true;
    query.maximumRows = MostHolders;
    browser.channels(query).then(
        &session, [this, &session](const Qombu::Result<Qombu::RowPage<Qombu::ChannelRow>> &found) {
            if (found)
                showChannels(session, *found);
            else
                session.fail(found.error());
        });
}

ListVerb::Row UnackedVerb::channelRowOf(const Qombu::ChannelRow &channel)
{
    return {{{QStringLiteral("channel"), channel.name},
             {QStringLiteral("connection"), channel.connection},
             {QStringLiteral("user"), textOrNull(channel.user)},
             {QStringLiteral("held"), countOrNull(channel.unacked)},
             {QStringLiteral("prefetch"), countOrNull(channel.prefetchCount)},
             {QStringLiteral("consumers"), consumersList(channel)}},
            {channel.name, channel.connection, textCell(channel.user), countCell(channel.unacked),
             prefetchCell(channel.prefetchCount), consumersCell(channel)}};
}

void UnackedVerb::showChannels(Session &session, const Qombu::RowPage<Qombu::ChannelRow> &channels)
{
    Output::sentence(Text::tr(
        "This broker counts held messages by channel and does not show them; which consumer "
        "of a channel holds how many is not known."));
    for (const QString &gap : channels.gaps)
        Output::sentence(gap);
    tellTruncation(channels.truncated || !channels.cursor.isEmpty());
    std::vector<Row> rows;
    for (const Qombu::ChannelRow &channel : channels.rows)
        rows.push_back(channelRowOf(channel));
    print(session,
          {{Text::tr("CHANNEL")},
           {Text::tr("CONNECTION")},
           {Text::tr("USER")},
           {Text::tr("HELD")},
           {Text::tr("PREFETCH")},
           {Text::tr("CONSUMERS")}},
          rows);
}
