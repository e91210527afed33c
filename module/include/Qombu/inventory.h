// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/message.h>
#include <Qombu/messagerates.h>

#include <QtCore/qdatetime.h>
#include <QtCore/qlist.h>
#include <QtCore/qmap.h>

namespace Qombu {

// What is asked about a broker. A plain value.
struct QOMBU_EXPORT InventoryQuery
{
    enum Part { Queues = 0x1, Exchanges = 0x2, Bindings = 0x4, Everything = 0x7 };
    int parts = Everything; // of Part
    int maximumRows = 10000; // of each part
    QString nameFilter; // queues and exchanges whose names contain it; empty: all
    QString cursor; // Inventory::cursor of the page before; empty: the first page
    enum Sort { ByName, ByReady, ByUnacked, ByConsumers, ByBytes, ByPublished, ByDelivered };
    Sort sort = ByName; // of the queues
    bool descending = false;
};

// Of what one entity is bound to. A plain value.
struct QOMBU_EXPORT BindingQuery
{
    enum End { From, To, Both }; // From: that lead away from the exchange
    QString exchange; // this one, unless queue names one
    QString queue; // not empty: what leads to it
    End end = Both; // of the exchange
    int maximumRows = 1000;
};

// What looking at a broker shows. Plain values.
struct QOMBU_EXPORT QueueRow
{
    QString name;
    qint64 ready = 0; // -1: not known
    qint64 unacked = 0; // -1: not known
    qint64 consumers = -1; // -1: not known
    QMap<int, qint64> readyByPriority; // bucket → messages, where the broker has buckets
    qint64 quarantined = 0; // what was put away because it is no message; -1: not known
    // What not all brokers have, or tell: empty, -1 or false.
    QString type = {}; // "classic", "quorum", "stream"
    QString state = {}; // as the broker names it: "running", "idle", "down"
    bool durable = false;
    bool autoDelete = false;
    bool exclusive = false;
    QVariantMap arguments = {};
    QString policy = {};
    QString node = {};
    qint64 bytes = -1; // of the bodies of all its messages
    MessageRates rates = {};
    friend bool operator==(const QueueRow &, const QueueRow &) = default;
};
struct QOMBU_EXPORT ExchangeRow
{
    QString name;
    ExchangeType type = ExchangeType::Direct;
    bool inferred = false; // the broker does not store types: this one is a guess
    int bindings = 0; // -1: not known
    QDateTime bindingsExpireAt = {}; // all of them; invalid: they stay
    QString typeName = {}; // of one that ExchangeType does not know; empty: it is type
    bool durable = false;
    bool autoDelete = false;
    bool internal = false; // only other exchanges send to it
    QVariantMap arguments = {};
    QString policy = {};
    MessageRates rates = {}; // published: what came in; delivered: what went out to queues
    friend bool operator==(const ExchangeRow &, const ExchangeRow &) = default;
};
struct QOMBU_EXPORT BindingRow
{
    QString exchange;
    QString routingKey;
    QString queue;
    QString pattern; // as stored, where the broker stores one
    bool semanticsDiffer = false; // Kombu and AMQP disagree about what this pattern matches
    QString destinationExchange = {}; // not empty: it leads there, and queue is empty
    QVariantMap arguments = {};
    friend bool operator==(const BindingRow &, const BindingRow &) = default;
};
struct QOMBU_EXPORT Inventory
{
    QDateTime takenAt;
    QList<QueueRow> queues; // sorted by name
    QList<ExchangeRow> exchanges;
    QList<BindingRow> bindings;
    qint64 unacked = 0; // in all; -1: not known
    bool truncated = false; // more than the limit was there, or than may be seen
    QString cursor; // where the next page begins; empty: this is the last, or there are no pages
    QStringList gaps; // what is not known here, and why: a sentence each
    qint64 queueCount = -1; // that match the filter, on all pages; -1: not known
    qint64 exchangeCount = -1;
    std::chrono::milliseconds countsAge{0}; // so much older than takenAt counts may be
};
// Some of the rows of a list, and where the next ones begin. A plain value.
template<typename Row>
struct RowPage
{
    QDateTime takenAt;
    QList<Row> rows;
    qint64 count = -1; // on all pages; -1: not known
    QString cursor; // RowQuery::cursor of the next page; empty: this is the last
    bool truncated = false; // more was there than may be asked for
    QStringList gaps; // what is not known here, and why: a sentence each
};
enum class HolderState { Unknown, Alive, Dead };
struct QOMBU_EXPORT UnackedRow
{
    QString tag;
    QDateTime deliveredAt;
    QDateTime returnsAt; // assumed from the visibility timeout; invalid: not known
    Message message; // cannot be settled
    QString holder; // what Recovery::returnHeldBy() takes; empty: not known
    HolderState holderState = HolderState::Unknown;
};
// Something in a queue's quarantine.
struct QOMBU_EXPORT QuarantinedRow
{
    QString name; // what Recovery takes; that of its bytes, wherever they stand
    qint64 bytes = 0;
    QByteArray start; // of the bytes
    Error error; // why it is no message; none: it is one by now
};
// One consumer of a queue, whoever's it is.
struct QOMBU_EXPORT ConsumerRow
{
    QString queue;
    QString tag;
    QString connection; // as the broker names it
    int prefetchCount = -1; // -1: not known
    bool acknowledges = true;
    bool exclusive = false;
    QString channel = {}; // as the broker names it
    bool active = true; // false: waits until the single active one has left
    QString user = {};
    QVariantMap arguments = {};
    friend bool operator==(const ConsumerRow &, const ConsumerRow &) = default;
};
enum class QueueEnd { Head, Tail }; // Head: next to be delivered
// What a look may do to a queue beyond marking its messages as redelivered; the worst last.
enum class PeekRisk {
    None,
    Reorders, // the messages come later than they would
    CountsTowardsLimit, // what is looked at too often is dropped or dead-lettered
    Unknown, // the broker does not tell
    WouldDeadLetter, // this look may do that; it is always refused
};
struct QOMBU_EXPORT PeekRequest
{
    QString queue;
    int limit = 100; // messages
    QueueEnd from = QueueEnd::Head;
    PeekRisk accepted = PeekRisk::None; // where there is more, nothing is looked at
};
// What a peek would do to the queue.
struct QOMBU_EXPORT PeekPlan
{
    QStringList
        changes; // a sentence each, such as that messages are marked as redelivered; none: nothing
    Error refusal; // why it cannot be done, whatever is accepted; none: it can
    PeekRisk risk = PeekRisk::None;
    qint64 waiting = -1; // messages in the queue that nobody holds; -1: not known
    int most = -1; // messages that one look shows; -1: as many as are asked for
};

} // namespace Qombu
