// SPDX-License-Identifier: BSD-3-Clause
#include "overviewverb.h"

#include "cellvalues.h"
#include "terminaltext.h"
#include "text.h"

namespace {

using Permitted = Qombu::Result<Qombu::Permissions>;

QString usedOf(qint64 used, qint64 limit)
{
    return limit < 0 ? bytesCell(used)
                     : Text::tr("%1 of %2").arg(bytesCell(used), bytesCell(limit));
}

QString alarmsOf(const Qombu::NodeRow &node)
{
    if (!node.running)
        return unknownCell();
    QStringList alarms;
    if (node.memoryAlarm)
        alarms << Text::tr("MEMORY: publishers are blocked");
    if (node.diskAlarm)
        alarms << Text::tr("DISK: publishers are blocked");
    if (!node.partitions.isEmpty())
        alarms << Text::tr("PARTITION: does not see %1")
                      .arg(node.partitions.join(QLatin1String(", ")));
    return alarms.isEmpty() ? Text::tr("none") : alarms.join(QLatin1String("; "));
}

// A node that is down tells nothing of itself.
QVariantMap nodeObject(const Qombu::NodeRow &node)
{
    const auto orNull = [&](const QVariant &value) {
        return node.running ? value : QVariant::fromValue(nullptr);
    };
    return {{QStringLiteral("name"), node.name},
            {QStringLiteral("running"), node.running},
            {QStringLiteral("memory_alarm"), orNull(node.memoryAlarm)},
            {QStringLiteral("disk_alarm"), orNull(node.diskAlarm)},
            {QStringLiteral("memory_used"), countOrNull(node.memoryUsed)},
            {QStringLiteral("memory_limit"), countOrNull(node.memoryLimit)},
            {QStringLiteral("disk_free"), countOrNull(node.diskFree)},
            {QStringLiteral("disk_limit"), countOrNull(node.diskLimit)},
            {QStringLiteral("descriptors_used"), countOrNull(node.descriptorsUsed)},
            {QStringLiteral("descriptors_limit"), countOrNull(node.descriptorLimit)},
            {QStringLiteral("uptime_ms"), countOrNull(node.uptime.count())},
            {QStringLiteral("partitions"), orNull(node.partitions)}};
}

QVariant permissionsObject(const Permitted &permissions)
{
    const QVariant null = QVariant::fromValue(nullptr);
    if (!permissions)
        return null;
    const auto orNull = [&](const QVariant &value) { return permissions->isKnown ? value : null; };
    QVariantList topics;
    for (const Qombu::TopicPermission &topic : permissions->topics)
        topics << QVariantMap{{QStringLiteral("exchange"), topic.exchange},
                              {QStringLiteral("write"), topic.write},
                              {QStringLiteral("read"), topic.read}};
    return QVariantMap{{QStringLiteral("user"), permissions->user},
                       {QStringLiteral("tags"), permissions->tags},
                       {QStringLiteral("virtual_host"), permissions->virtualHost},
                       {QStringLiteral("configure"), orNull(permissions->configure)},
                       {QStringLiteral("write"), orNull(permissions->write)},
                       {QStringLiteral("read"), orNull(permissions->read)},
                       {QStringLiteral("topics"), orNull(topics)}};
}

QVariantMap overviewObject(const Qombu::BrokerOverview &overview, const Permitted &permissions)
{
    QVariantList nodes;
    for (const Qombu::NodeRow &node : overview.nodes)
        nodes << nodeObject(node);
    return {{QStringLiteral("product"), textOrNull(overview.product)},
            {QStringLiteral("version"), textOrNull(overview.version)},
            {QStringLiteral("cluster"), textOrNull(overview.cluster)},
            {QStringLiteral("as_of"), timeOrNull(overview.takenAt)},
            {QStringLiteral("ready"), countOrNull(overview.ready)},
            {QStringLiteral("unacked"), countOrNull(overview.unacked)},
            {QStringLiteral("queues"), countOrNull(overview.queues)},
            {QStringLiteral("exchanges"), countOrNull(overview.exchanges)},
            {QStringLiteral("connections"), countOrNull(overview.connections)},
            {QStringLiteral("channels"), countOrNull(overview.channels)},
            {QStringLiteral("consumers"), countOrNull(overview.consumers)},
            {QStringLiteral("rates"), ratesObject(overview.rates)},
            {QStringLiteral("nodes"), nodes},
            {QStringLiteral("permissions"), permissionsObject(permissions)}};
}

QString clock(const QDateTime &time)
{
    return time.toLocalTime().toString(QStringLiteral("HH:mm:ss"));
}

QString ratesText(const Qombu::MessageRates &rates)
{
    if (!rates.isKnown())
        return Text::tr("not known");
    QString text = Text::tr("%1/s in, %2/s out, %3/s acknowledged")
                       .arg(rateCell(rates.published), rateCell(rates.delivered),
                            rateCell(rates.acknowledged));
    if (rates.sampledAt.isValid() && rates.over.count() > 0)
        text += Text::tr(" (of %1 up to %2)").arg(durationCell(rates.over), clock(rates.sampledAt));
    return text;
}

QString permissionsText(const Qombu::Permissions &permissions)
{
    const auto quoted = [](const QString &pattern) {
        return pattern.isEmpty() ? Text::tr("nothing")
                                 : QLatin1Char('"') + pattern + QLatin1Char('"');
    };
    const QString tags = permissions.tags.isEmpty() ? Text::tr("no tag")
                                                    : permissions.tags.join(QLatin1String(", "));
    QString text = Text::tr("%1 (%2) in %3").arg(permissions.user, tags, permissions.virtualHost);
    if (permissions.isKnown)
        text += Text::tr(": may configure %1, write to %2, read from %3")
                    .arg(quoted(permissions.configure), quoted(permissions.write),
                         quoted(permissions.read));
    for (const Qombu::TopicPermission &topic : permissions.topics)
        text +=
            Text::tr("; of topics in %1 write %2, read %3")
                .arg(topic.exchange.isEmpty() ? Text::tr("the default exchange") : topic.exchange,
                     quoted(topic.write), quoted(topic.read));
    return text;
}

} // namespace

QString OverviewVerb::summary() const
{
    return Text::tr("Show the broker as a whole: version, nodes and their alarms, totals, rates.");
}

QString OverviewVerb::jsonKeys() const
{
    return keysOf({overviewObject(Qombu::BrokerOverview(), Qombu::Permissions()), {}});
}

// That this user may not ask for its own rights takes nothing from the rest.
void OverviewVerb::ask(Session &session, Qombu::Browser &browser)
{
    browser.overview().then(
        &session, [this, &session, &browser](const Qombu::Result<Qombu::BrokerOverview> &overview) {
            if (!overview)
                return session.fail(overview.error());
            browser.permissions().then(
                &session, [this, &session, overview = *overview](const Permitted &permissions) {
                    show(session, overview, permissions);
                });
        });
}

void OverviewVerb::show(Session &session, const Qombu::BrokerOverview &overview,
                        const Permitted &permissions)
{
    QStringList gaps = overview.gaps;
    if (permissions)
        gaps += permissions->gaps;
    else
        gaps << Text::tr("What this user may do is not known: %1").arg(permissions.error().text());
    gaps.removeDuplicates();
    for (const QString &gap : std::as_const(gaps))
        Output::sentence(gap);
    if (session.output().isJson())
        session.output().object(overviewObject(overview, permissions));
    else
        printText(session.output(), overview, permissions);
    session.finish(ExitCode::Done);
}

void OverviewVerb::printText(Output &output, const Qombu::BrokerOverview &overview,
                             const Permitted &permissions) const
{
    const auto line = [&output](const QString &text) { output.line(printable(text).toUtf8()); };
    line(Text::tr("%1 %2, cluster %3, as of %4")
             .arg(textCell(overview.product), textCell(overview.version),
                  textCell(overview.cluster), clock(overview.takenAt)));
    line(Text::tr("Messages: %1 ready, %2 unacknowledged")
             .arg(countCell(overview.ready), countCell(overview.unacked)));
    line(Text::tr("Rates: %1").arg(ratesText(overview.rates)));
    line(Text::tr("Declared: %1 queues, %2 exchanges")
             .arg(countCell(overview.queues), countCell(overview.exchanges)));
    line(Text::tr("Clients: %1 connections, %2 channels, %3 consumers")
             .arg(countCell(overview.connections), countCell(overview.channels),
                  countCell(overview.consumers)));
    if (permissions)
        line(Text::tr("You: %1").arg(permissionsText(*permissions)));
    if (overview.nodes.isEmpty())
        return;
    line(QString());
    std::vector<Row> rows;
    for (const Qombu::NodeRow &node : overview.nodes)
        rows.push_back(rowOf(node));
    printTable(output,
               {{Text::tr("NODE")},
                {Text::tr("STATE")},
                {Text::tr("ALARMS")},
                {Text::tr("MEMORY"), Column::IfKnown},
                {Text::tr("DISK FREE"), Column::IfKnown},
                {Text::tr("ALARM BELOW"), Column::IfKnown},
                {Text::tr("DESCRIPTORS"), Column::IfKnown},
                {Text::tr("UP FOR"), Column::IfKnown}},
               rows);
}

ListVerb::Row OverviewVerb::rowOf(const Qombu::NodeRow &node)
{
    const QString descriptors = node.descriptorLimit < 0
        ? countCell(node.descriptorsUsed)
        : Text::tr("%1 of %2").arg(countCell(node.descriptorsUsed)).arg(node.descriptorLimit);
    return {{},
            {node.name, node.running ? Text::tr("running") : Text::tr("DOWN"), alarmsOf(node),
             usedOf(node.memoryUsed, node.memoryLimit), bytesCell(node.diskFree),
             bytesCell(node.diskLimit), descriptors, durationCell(node.uptime)}};
}
