// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/inventory.h>

namespace Qombu {

// Which rows of a long list are asked for. A plain value.
struct QOMBU_EXPORT RowQuery
{
    QString nameFilter; // rows whose names contain it; empty: all
    QString cursor; // RowPage::cursor of the page before; empty: the first page
    int maximumRows = 100; // 1 or more
};
struct QOMBU_EXPORT ChannelQuery : RowQuery
{
    bool holding = false; // only those that hold messages, the most first, with their consumers
};

// A server of a broker. Plain values; -1, empty: not known.
struct QOMBU_EXPORT NodeRow
{
    QString name;
    bool running = false;
    bool memoryAlarm = false;
    bool diskAlarm = false;
    qint64 memoryUsed = -1; // bytes
    qint64 memoryLimit = -1;
    qint64 diskFree = -1; // bytes
    qint64 diskLimit = -1;
    qint64 descriptorsUsed = -1;
    qint64 descriptorLimit = -1;
    std::chrono::milliseconds uptime{-1};
    QStringList partitions; // nodes it cannot see
    friend bool operator==(const NodeRow &, const NodeRow &) = default;
};
// A broker as a whole.
struct QOMBU_EXPORT BrokerOverview
{
    QDateTime takenAt;
    QString product; // "RabbitMQ"
    QString version;
    QString cluster;
    qint64 ready = -1; // messages, as far as the caller may see them
    qint64 unacked = -1;
    qint64 queues = -1;
    qint64 exchanges = -1;
    qint64 connections = -1;
    qint64 channels = -1;
    qint64 consumers = -1;
    MessageRates rates;
    QList<NodeRow> nodes;
    QStringList gaps; // what is not known here, and why: a sentence each
};
struct QOMBU_EXPORT ConnectionRow
{
    QString name;
    QString clientName; // what the program calls itself
    QString user;
    QString virtualHost;
    QString peer; // address and port
    QString state; // as the broker names it: "running", "blocked", "flow"
    QString protocol;
    bool encrypted = false;
    int channels = -1;
    qint64 receivedRate = -1; // bytes a second from the client
    qint64 sentRate = -1;
    QDateTime connectedAt;
    QVariantMap clientProperties;
    friend bool operator==(const ConnectionRow &, const ConnectionRow &) = default;
};
struct QOMBU_EXPORT ChannelRow
{
    QString name;
    QString connection;
    int number = 0;
    QString user;
    QString virtualHost;
    QString state;
    int prefetchCount = -1; // 0: no limit
    int consumerCount = -1;
    qint64 unacked = -1; // messages it holds
    qint64 unconfirmed = -1; // publishes that wait for their confirm
    bool confirms = false;
    bool transactional = false;
    MessageRates rates;
    QList<ConsumerRow> consumers; // with ChannelQuery::holding
    friend bool operator==(const ChannelRow &, const ChannelRow &) = default;
};
struct QOMBU_EXPORT PolicyRow
{
    QString name;
    QString pattern; // of names, a regular expression of the broker's
    QString appliesTo; // "queues", "exchanges", "all"
    int priority = 0;
    QVariantMap definition;
    bool isOperators = false; // an operator policy, which limits what policies set
    friend bool operator==(const PolicyRow &, const PolicyRow &) = default;
};
// What a user may do at a topic exchange, beyond being allowed to use it: regular expressions of
// routing keys.
struct QOMBU_EXPORT TopicPermission
{
    QString exchange; // empty: the default one
    QString write;
    QString read;
    friend bool operator==(const TopicPermission &, const TopicPermission &) = default;
};
// What the user of a connection may do in its virtual host: regular expressions of names. Empty:
// nothing.
struct QOMBU_EXPORT Permissions
{
    QString user;
    QStringList tags; // what the management API lets it see
    QString virtualHost;
    bool isKnown = false; // false: the broker does not tell this user what follows
    QString configure;
    QString write;
    QString read;
    QList<TopicPermission> topics; // none: no more restrictions
    QStringList gaps; // what is not known here, and why: a sentence each
};

} // namespace Qombu
