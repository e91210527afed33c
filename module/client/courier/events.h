// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the engine tells the handles. Plain values.

#include "client/courier/commands.h"

#include <Qombu/brokernotice.h>
#include <Qombu/capabilities.h>
#include <Qombu/connection.h>
#include <Qombu/consumer.h>

#include <optional>

namespace Qombu {

struct FetchedMessage
{
    quint64 delivery = 0; // 0: nothing to settle
    qint64 broadcastBytes = 0;
    qint64 memory = 0; // that decoding took
    Message message; // decoded, or with the error; not to be settled yet
};

struct FetchedBatch
{
    quint64 consumer = 0;
    std::vector<FetchedMessage> messages;
    size_t next = 0; // the first one that the user has not got
};

struct PublishEnd
{
    quint64 id = 0;
    Error error;
    std::unique_ptr<PublishRequest> request; // of a failed one
};

// What is told now and then, in one box.
namespace News {
struct Answer
{
    using Value = std::variant<Error, QueueInfo, qint64, std::optional<FetchedMessage>, Inventory,
                               PeekPlan, QList<Message>, QList<UnackedRow>, QList<ConsumerRow>,
                               QList<QuarantinedRow>, QueueRow, RowPage<BindingRow>, BrokerOverview,
                               RowPage<ConnectionRow>, RowPage<ChannelRow>, RowPage<ConsumerRow>,
                               QList<PolicyRow>, Permissions, QByteArray>;
    quint64 ticket = 0;
    Value value; // Error(): done, where nothing else is to be said
};
struct StateChanged
{
    Connection::State state = Connection::Closed;
};
struct ErrorHappened
{
    Error error;
};
struct Reconnecting
{
    int attempt = 0;
    std::chrono::milliseconds delay{};
    QString url;
};
struct ServerKnown
{
    QVariantMap properties;
    Capabilities capabilities;
};
struct CredentialsWanted
{
    quint64 attempt = 0;
    BrokerUrl url;
};
struct Blocked
{
    bool blocked = false;
    QString reason;
};
struct Noticed
{
    BrokerNotice notice;
};
struct QueueNamed // one that was declared without a name
{
    Queue queue;
    QString before; // empty: it had none
    QString name; // empty: nobody wants the queue any more
};
struct ClosingEnded
{
    quint64 number = 0; // of the close()
};
struct EngineEnded // with its Hub, before it could do anything
{
};
struct DropFetched // what was not delivered yet, and comes again
{
    quint64 consumer = 0; // 0: of all
    quint64 last = 0; // numbers up to this one
};
struct PutBack // what was fetched without acknowledgement went back
{
    quint64 consumer = 0;
};
struct ConsumerState
{
    quint64 consumer = 0;
    Consumer::State state = Consumer::Stopped;
};
struct ConsumerFailed
{
    quint64 consumer = 0;
    Error error;
};
struct ConsumerCancelled
{
    quint64 consumer = 0;
    Error error;
};
struct ConsumerLeft // one of its queues that is gone; it goes on with the others
{
    quint64 consumer = 0;
    QString queue;
};
struct ConsumerDrained // nothing comes after this
{
    quint64 consumer = 0;
};
struct SettlementLost
{
    quint64 consumer = 0;
    QString queue;
    QString tag;
};
using Any = std::variant<Answer, StateChanged, ErrorHappened, Reconnecting, ServerKnown,
                         CredentialsWanted, Blocked, Noticed, QueueNamed, ClosingEnded, EngineEnded,
                         DropFetched, PutBack, ConsumerState, ConsumerFailed, ConsumerCancelled,
                         ConsumerLeft, ConsumerDrained, SettlementLost>;
} // namespace News

struct PublishEnds
{
    std::vector<PublishEnd> ends; // in order
    size_t next = 0; // for the reader
};

using Event = std::variant<FetchedBatch, PublishEnds, std::unique_ptr<News::Any>>;

} // namespace Qombu
