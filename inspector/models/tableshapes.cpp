// SPDX-License-Identifier: BSD-3-Clause
#include "models/tableshapes.h"

#include "models/entitytexts.h"
#include "models/messagecell.h"
#include "models/unackedtablemodel.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qlocale.h>

namespace Qombu::Inspector {
namespace {

struct Tables
{
    Q_DECLARE_TR_FUNCTIONS(Tables)
};

QString placeOfQueue(const QString &queue)
{
    return queue.isEmpty() ? QString() : QString(QStringLiteral("queues/") + queue);
}

QString consumersText(const ChannelRow &channel)
{
    QStringList parts;
    for (const ConsumerRow &row : channel.consumers)
        parts.append(Tables::tr("%1 of %2", "consumer and its queue").arg(row.tag, row.queue));
    return parts.join(QStringLiteral(", "));
}

QString modeText(const ChannelRow &row)
{
    if (row.transactional)
        return Tables::tr("transactions", "mode of a channel");
    return row.confirms ? Tables::tr("confirms", "mode of a channel") : QString();
}

QString consumerState(const ConsumerRow &row)
{
    if (!row.active)
        return Tables::tr("waits", "consumer");
    return row.exclusive ? Tables::tr("alone", "consumer") : Tables::tr("active", "consumer");
}

QString connectionWarning(const ConnectionRow &row)
{
    if (row.state == u"blocked")
        return Tables::tr("The broker takes no messages from it: it is out of memory or disk.");
    if (row.state == u"blocking")
        return Tables::tr("The broker will take no messages from it: it is out of memory or disk.");
    if (row.state == u"flow")
        return Tables::tr("It publishes faster than the broker can follow, and is slowed down.");
    return {};
}

QString limitText(qint64 used, qint64 limit)
{
    if (used < 0)
        return QString(QChar(0x2014));
    return limit < 0 ? sizeText(used)
                     : Tables::tr("%1 of %2", "used, limit").arg(sizeText(used), sizeText(limit));
}

} // namespace

TableShape<QueueRow> queueShape()
{
    using F = Field<QueueRow>;
    return {{F{Tables::tr("Queue"),
               QString(28, u'n'),
               FieldKind::Text,
               [](const QueueRow &row) { return QVariant(row.name); },
               {},
               nullptr,
               [](const QueueRow &row) { return placeOfQueue(row.name); }},
             F{Tables::tr("Type"), QStringLiteral("mmmmmm"), FieldKind::Text,
               [](const QueueRow &row) { return QVariant(row.type); }},
             F{Tables::tr("State"),
               QStringLiteral("mmmmmm"),
               FieldKind::Text,
               [](const QueueRow &row) { return QVariant(row.state); },
               {},
               queueStateWarning},
             F{Tables::tr("Ready"), QStringLiteral("00 000 000"), FieldKind::Count,
               [](const QueueRow &row) { return QVariant(row.ready); },
               Tables::tr("Messages waiting for a worker")},
             F{Tables::tr("Unacked"), QStringLiteral("00 000 000"), FieldKind::Count,
               [](const QueueRow &row) { return QVariant(row.unacked); },
               Tables::tr("Messages a worker has taken and not yet acknowledged")},
             F{Tables::tr("Consumers"), QStringLiteral("Consumers 0"), FieldKind::Count,
               [](const QueueRow &row) { return QVariant(row.consumers); }},
             F{Tables::tr("In/s"), QStringLiteral("00 000"), FieldKind::Rate,
               [](const QueueRow &row) { return QVariant(row.rates.published); },
               Tables::tr("Messages published to it a second")},
             F{Tables::tr("Out/s"), QStringLiteral("00 000"), FieldKind::Rate,
               [](const QueueRow &row) { return QVariant(row.rates.delivered); },
               Tables::tr("Messages given to workers a second")},
             F{Tables::tr("Ack/s"), QStringLiteral("00 000"), FieldKind::Rate,
               [](const QueueRow &row) { return QVariant(row.rates.acknowledged); },
               Tables::tr("Messages that workers acknowledged a second")},
             F{Tables::tr("Size"), QStringLiteral("000.0 MB"), FieldKind::Bytes,
               [](const QueueRow &row) { return QVariant(row.bytes); },
               Tables::tr("Of the bodies of all its messages")},
             F{Tables::tr("Policy"), QString(12, u'n'), FieldKind::Text,
               [](const QueueRow &row) { return QVariant(row.policy); }},
             F{Tables::tr("Server"), QString(16, u'n'), FieldKind::Text,
               [](const QueueRow &row) { return QVariant(row.node); }}},
            [](const QueueRow &row) { return row.name; }};
}

TableShape<ExchangeRow> exchangeShape()
{
    using F = Field<ExchangeRow>;
    return {
        {F{Tables::tr("Exchange"),
           QString(28, u'n'),
           FieldKind::Text,
           [](const ExchangeRow &row) {
               return QVariant(row.name.isEmpty() ? Tables::tr("(default exchange)") : row.name);
           },
           {},
           nullptr,
           [](const ExchangeRow &row) { return QString(QStringLiteral("exchanges/") + row.name); }},
         F{Tables::tr("Type"), QString(12, u'n'), FieldKind::Text,
           [](const ExchangeRow &row) { return QVariant(exchangeTypeText(row)); }},
         F{Tables::tr("Durable"), QStringLiteral("mmmmmm"), FieldKind::Flag,
           [](const ExchangeRow &row) { return QVariant(row.durable); },
           Tables::tr("Whether it survives a restart of the broker")},
         F{Tables::tr("In/s"), QStringLiteral("00 000"), FieldKind::Rate,
           [](const ExchangeRow &row) { return QVariant(row.rates.published); },
           Tables::tr("Messages published to it a second")},
         F{Tables::tr("Out/s"), QStringLiteral("00 000"), FieldKind::Rate,
           [](const ExchangeRow &row) { return QVariant(row.rates.delivered); },
           Tables::tr("Messages it gave to queues a second, a copy each")},
         F{Tables::tr("Policy"), QString(12, u'n'), FieldKind::Text,
           [](const ExchangeRow &row) { return QVariant(row.policy); }},
         F{Tables::tr("Arguments"), QString(28, u'n'), FieldKind::Table,
           [](const ExchangeRow &row) { return QVariant(row.arguments); }}},
        [](const ExchangeRow &row) { return row.name; }};
}

TableShape<ConsumerRow> consumerShape()
{
    using F = Field<ConsumerRow>;
    return {{F{Tables::tr("Consumer"),
               QString(22, u'n'),
               FieldKind::Text,
               [](const ConsumerRow &row) { return QVariant(row.tag); },
               {},
               nullptr,
               [](const ConsumerRow &row) { return placeOfQueue(row.queue); }},
             F{Tables::tr("Queue"), QString(16, u'n'), FieldKind::Text,
               [](const ConsumerRow &row) { return QVariant(row.queue); }},
             F{Tables::tr("State"), QStringLiteral("mmmmmm"), FieldKind::Text,
               [](const ConsumerRow &row) { return QVariant(consumerState(row)); },
               Tables::tr("Where one consumer alone is served, the others wait until it leaves")},
             F{Tables::tr("Prefetch"), QStringLiteral("Prefetch"), FieldKind::Count,
               [](const ConsumerRow &row) { return QVariant(row.prefetchCount); },
               Tables::tr("Messages it may hold at once; 0: any number")},
             F{Tables::tr("Acknowledges"), QStringLiteral("Acknowledges"), FieldKind::Flag,
               [](const ConsumerRow &row) { return QVariant(row.acknowledges); }},
             F{Tables::tr("User"), QStringLiteral("mmmmmm"), FieldKind::Text,
               [](const ConsumerRow &row) { return QVariant(row.user); }},
             F{Tables::tr("Connection"), QString(24, u'n'), FieldKind::Text,
               [](const ConsumerRow &row) { return QVariant(row.connection); }},
             F{Tables::tr("Channel"), QString(26, u'n'), FieldKind::Text,
               [](const ConsumerRow &row) { return QVariant(row.channel); }}},
            [](const ConsumerRow &row) {
                return QString(row.queue + u'\n' + row.channel + u'\n' + row.tag);
            }};
}

TableShape<ConnectionRow> connectionShape()
{
    using F = Field<ConnectionRow>;
    return {{F{Tables::tr("Connection"), QString(26, u'n'), FieldKind::Text,
               [](const ConnectionRow &row) { return QVariant(row.name); }},
             F{Tables::tr("Program"), QString(16, u'n'), FieldKind::Text,
               [](const ConnectionRow &row) { return QVariant(row.clientName); },
               Tables::tr("What it calls itself")},
             F{Tables::tr("User"), QStringLiteral("mmmmmm"), FieldKind::Text,
               [](const ConnectionRow &row) { return QVariant(row.user); }},
             F{Tables::tr("Virtual host"), QString(12, u'n'), FieldKind::Text,
               [](const ConnectionRow &row) { return QVariant(row.virtualHost); }},
             F{Tables::tr("State"),
               QStringLiteral("mmmmmm"),
               FieldKind::Text,
               [](const ConnectionRow &row) { return QVariant(row.state); },
               {},
               connectionWarning},
             F{Tables::tr("TLS"), QStringLiteral("nnn"), FieldKind::Flag,
               [](const ConnectionRow &row) { return QVariant(row.encrypted); }},
             F{Tables::tr("Channels"), QStringLiteral("Channels"), FieldKind::Count,
               [](const ConnectionRow &row) { return QVariant(row.channels); }},
             F{Tables::tr("From it/s"), QStringLiteral("000.0 MB"), FieldKind::Bytes,
               [](const ConnectionRow &row) { return QVariant(row.receivedRate); },
               Tables::tr("Bytes a second that the broker got from it")},
             F{Tables::tr("To it/s"), QStringLiteral("000.0 MB"), FieldKind::Bytes,
               [](const ConnectionRow &row) { return QVariant(row.sentRate); },
               Tables::tr("Bytes a second that the broker sent to it")},
             F{Tables::tr("Since"), QStringLiteral("00.00.00 00:00"), FieldKind::Moment,
               [](const ConnectionRow &row) { return QVariant(row.connectedAt); }}},
            [](const ConnectionRow &row) { return row.name; }};
}

TableShape<ChannelRow> channelShape()
{
    using F = Field<ChannelRow>;
    return {{F{Tables::tr("Channel"), QString(30, u'n'), FieldKind::Text,
               [](const ChannelRow &row) { return QVariant(row.name); }},
             F{Tables::tr("User"), QStringLiteral("mmmmmm"), FieldKind::Text,
               [](const ChannelRow &row) { return QVariant(row.user); }},
             F{Tables::tr("State"), QStringLiteral("mmmmmm"), FieldKind::Text,
               [](const ChannelRow &row) { return QVariant(row.state); }},
             F{Tables::tr("Unacked"), QStringLiteral("00 000"), FieldKind::Count,
               [](const ChannelRow &row) { return QVariant(row.unacked); },
               Tables::tr("Messages it holds")},
             F{Tables::tr("Prefetch"), QStringLiteral("Prefetch"), FieldKind::Count,
               [](const ChannelRow &row) { return QVariant(row.prefetchCount); },
               Tables::tr("Messages each of its consumers may hold; 0: any number")},
             F{Tables::tr("Consumers"), QStringLiteral("Consumers"), FieldKind::Count,
               [](const ChannelRow &row) { return QVariant(row.consumerCount); }},
             F{Tables::tr("Unconfirmed"), QStringLiteral("Unconfirmed"), FieldKind::Count,
               [](const ChannelRow &row) { return QVariant(row.unconfirmed); },
               Tables::tr("Publishes that wait until the broker confirms them")},
             F{Tables::tr("Mode"), QString(10, u'n'), FieldKind::Text,
               [](const ChannelRow &row) { return QVariant(modeText(row)); }},
             F{Tables::tr("In/s"), QStringLiteral("00 000"), FieldKind::Rate,
               [](const ChannelRow &row) { return QVariant(row.rates.published); },
               Tables::tr("Messages it published a second")},
             F{Tables::tr("Out/s"), QStringLiteral("00 000"), FieldKind::Rate,
               [](const ChannelRow &row) { return QVariant(row.rates.delivered); },
               Tables::tr("Messages given to it a second")},
             F{Tables::tr("Ack/s"), QStringLiteral("00 000"), FieldKind::Rate,
               [](const ChannelRow &row) { return QVariant(row.rates.acknowledged); }}},
            [](const ChannelRow &row) { return row.name; }};
}

TableShape<ChannelRow> holderShape()
{
    using F = Field<ChannelRow>;
    return {{F{Tables::tr("Channel"),
               QString(28, u'n'),
               FieldKind::Text,
               [](const ChannelRow &row) { return QVariant(row.name); },
               {},
               nullptr,
               [](const ChannelRow &row) {
                   return row.consumers.size() == 1 ? placeOfQueue(row.consumers.constFirst().queue)
                                                    : QString();
               }},
             F{Tables::tr("Holds"), QStringLiteral("00 000 000"), FieldKind::Count,
               [](const ChannelRow &row) { return QVariant(row.unacked); },
               Tables::tr("Messages it has taken and not yet acknowledged")},
             F{Tables::tr("Consumers"), QString(26, u'n'), FieldKind::Text,
               [](const ChannelRow &row) { return QVariant(consumersText(row)); },
               Tables::tr("Which of them holds how many the broker does not tell")},
             F{Tables::tr("Prefetch"), QStringLiteral("Prefetch"), FieldKind::Count,
               [](const ChannelRow &row) { return QVariant(row.prefetchCount); },
               Tables::tr("Messages each of its consumers may hold; 0: any number")},
             F{Tables::tr("Ack/s"), QStringLiteral("00 000"), FieldKind::Rate,
               [](const ChannelRow &row) { return QVariant(row.rates.acknowledged); }},
             F{Tables::tr("User"), QStringLiteral("mmmmmm"), FieldKind::Text,
               [](const ChannelRow &row) { return QVariant(row.user); }},
             F{Tables::tr("Connection"), QString(26, u'n'), FieldKind::Text,
               [](const ChannelRow &row) { return QVariant(row.connection); }}},
            [](const ChannelRow &row) { return row.name; }};
}

TableShape<PolicyRow> policyShape()
{
    using F = Field<PolicyRow>;
    return {
        {F{Tables::tr("Policy"), QString(18, u'n'), FieldKind::Text,
           [](const PolicyRow &row) { return QVariant(row.name); }},
         F{Tables::tr("Kind"), QString(10, u'n'), FieldKind::Text,
           [](const PolicyRow &row) {
               return QVariant(row.isOperators ? Tables::tr("operator’s", "policy")
                                               : Tables::tr("users’", "policy"));
           },
           Tables::tr("An operator’s policy limits what the others set")},
         F{Tables::tr("Names"), QString(16, u'n'), FieldKind::Text,
           [](const PolicyRow &row) { return QVariant(row.pattern); },
           Tables::tr("A regular expression of the names it is for")},
         F{Tables::tr("For"), QStringLiteral("mmmmmm"), FieldKind::Text,
           [](const PolicyRow &row) { return QVariant(row.appliesTo); }},
         F{Tables::tr("Priority"), QStringLiteral("Priority"), FieldKind::Text,
           [](const PolicyRow &row) { return QVariant(row.priority); },
           Tables::tr("Of several that match a name the one with the highest counts")},
         F{Tables::tr("Sets"), QString(28, u'n'), FieldKind::Table,
           [](const PolicyRow &row) { return QVariant(row.definition); }}},
        [](const PolicyRow &row) { return QString((row.isOperators ? u'o' : u'u') + row.name); }};
}

TableShape<NodeRow> nodeShape()
{
    using F = Field<NodeRow>;
    return {
        {F{Tables::tr("Server"), QString(20, u'n'), FieldKind::Text,
           [](const NodeRow &row) { return QVariant(row.name); }},
         F{Tables::tr("State"),
           QString(14, u'n'),
           FieldKind::Text,
           [](const NodeRow &row) {
               const QStringList alarms = nodeAlarms(row);
               return QVariant(alarms.isEmpty() ? Tables::tr("well", "state of a server")
                                                : alarms.join(u' '));
           },
           {},
           [](const NodeRow &row) { return nodeAlarms(row).join(u'\n'); }},
         F{Tables::tr("Memory"), QStringLiteral("000.0 MB of 000.0 MB"), FieldKind::Text,
           [](const NodeRow &row) { return QVariant(limitText(row.memoryUsed, row.memoryLimit)); },
           Tables::tr("Used, and where publishing stops")},
         F{Tables::tr("Disk free"), QStringLiteral("000.0 GB (min. 000.0 MB)"), FieldKind::Text,
           [](const NodeRow &row) {
               if (row.diskFree < 0 || row.diskLimit < 0)
                   return QVariant(limitText(row.diskFree, -1));
               return QVariant(Tables::tr("%1 (min. %2)", "free disk, and its lower limit")
                                   .arg(sizeText(row.diskFree), sizeText(row.diskLimit)));
           },
           Tables::tr("Below the lower limit publishing stops")},
         F{Tables::tr("Files open"), QStringLiteral("0 000 of 00 000"), FieldKind::Text,
           [](const NodeRow &row) {
               const QLocale locale;
               if (row.descriptorsUsed < 0)
                   return QVariant(QString(QChar(0x2014)));
               const QString used = locale.toString(row.descriptorsUsed);
               return QVariant(row.descriptorLimit < 0
                                   ? used
                                   : Tables::tr("%1 of %2", "used, limit")
                                         .arg(used, locale.toString(row.descriptorLimit)));
           }},
         F{Tables::tr("Up for"), QStringLiteral("00 d 00 h"), FieldKind::Text,
           [](const NodeRow &row) {
               return QVariant(row.uptime.count() < 0 ? QString(QChar(0x2014))
                                                      : durationText(row.uptime.count() / 1000));
           }}},
        [](const NodeRow &row) { return row.name; }};
}

} // namespace Qombu::Inspector
