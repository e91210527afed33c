// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the handles ask of the engine, and what they pass on. Plain values.

#include "core/message_p.h"

#include <Qombu/brokeroverview.h>
#include <Qombu/connectionoptions.h>
#include <Qombu/queue.h>
#include <Qombu/removeoptions.h>

#include <chrono>
#include <optional>
#include <variant>
#include <vector>

namespace Qombu {

// Not now.
struct Postponement
{
    std::chrono::milliseconds delay{};
    Exchange to; // whose name is in the content
};

// One publish on its way from a Producer to the broker. Its maker numbers them without gaps.
struct PublishRequest
{
    quint64 id = 0;
    quint64 producer = 0;
    bool mandatory = true;
    std::chrono::milliseconds timeout{};
    std::shared_ptr<const MessageContent> content;
    quint64 queue = 0; // token of one without a name, whose name will be the routing key; 0: none
    QVariant body; // before encoding, for publishFailed()
    std::shared_ptr<const Postponement> delay = {}; // null: now
};

struct SettleCommand
{
    DeliveryKey key;
    Settlement settlement = Settlement::Ack;
    quint64 after = 0; // not before this publish has ended; 0: at once
};

struct AbandonCommand
{
    DeliveryKey key;
};

// What may change while it consumes.
struct ConsumerTuning
{
    int prefetchCount = 16;
    qint64 prefetchBytes = 16 << 20;
    QStringList accept;
    bool isPaused = false;
};

// What a Consumer asks for.
struct ConsumerWish : ConsumerTuning
{
    QList<Queue> queues;
    AckMode ackMode = AckMode::Manual;
    QString tag;
    bool exclusive = false;
    bool declaresQueues = true;
};

// A question of a Channel, Browser or Recovery; its Answer bears the same ticket.
namespace Ask {
struct WhenOpen
{
};
template<typename Entity>
struct Declare
{
    Entity entity;
};
template<typename Entity>
struct Remove
{
    Entity entity;
    RemoveOptions options;
};
struct Bind
{
    Binding binding;
};
struct Unbind
{
    Binding binding;
};
using Change =
    std::variant<Declare<Exchange>, Declare<Queue>, Remove<Exchange>, Remove<Queue>, Bind, Unbind>;

struct Inspect
{
    QString queue;
};
struct Purge
{
    QString queue;
};
struct Get
{
    QString queue;
};

struct TakeInventory
{
    InventoryQuery query;
};
struct PlanPeek
{
    QString queue;
};
struct Peek
{
    PeekRequest request;
};
struct Unacked
{
    int limit = 0;
};
struct Quarantine
{
    QString queue;
    int limit = 0;
};
struct Consumers
{
    QString queue;
};
struct OneQueue
{
    QString name;
};
struct Bindings
{
    BindingQuery query;
};
struct Overview
{
};
struct Connections
{
    RowQuery query;
};
struct Channels
{
    ChannelQuery query;
};
struct AllConsumers
{
    RowQuery query;
};
struct Policies
{
};
struct CallersPermissions
{
};
using Look =
    std::variant<TakeInventory, PlanPeek, Peek, Unacked, Quarantine, Consumers, OneQueue, Bindings,
                 Overview, Connections, Channels, AllConsumers, Policies, CallersPermissions>;

struct ExportDefinitions
{
};
struct ImportDefinitions
{
    QByteArray json;
};
using Define = std::variant<ExportDefinitions, ImportDefinitions>;

struct RequeueQuarantined
{
    QString queue;
    std::optional<QString> name; // none: all
};
struct DropQuarantined
{
    QString queue;
    std::optional<QString> name; // none: all
};
struct ReturnUnacked
{
    QString tag;
    bool isForced = false;
};
struct ReturnHeldBy
{
    QString holder;
    bool isForced = false;
};
using Recover = std::variant<RequeueQuarantined, DropQuarantined, ReturnUnacked, ReturnHeldBy>;

struct UpdateSecret
{
    QString secret;
};

using Question =
    std::variant<WhenOpen, UpdateSecret, Change, Inspect, Purge, Get, Look, Recover, Define>;
} // namespace Ask

// What is asked now and then, in one box, so that a batch of settlements stays small.
namespace Order {
struct Open
{
};
struct Close
{
    quint64 number = 0; // of this close(); they rise
    quint64 ticket = 0; // of the answer; 0: none
};
struct ShutDown
{
}; // as Close, and the engine ends with it
struct Request
{
    quint64 ticket = 0;
    Ask::Question question;
};
template<typename Entity>
struct Want // a producer's
{
    Entity entity;
};
struct StartConsumer
{
    quint64 consumer = 0;
    ConsumerWish wish;
};
struct Tune
{
    quint64 consumer = 0;
    ConsumerTuning tuning;
};
struct Took // without acknowledgement: the user got so many
{
    quint64 consumer = 0;
    int messages = 0;
};
struct CancelConsumer // first half: nothing is fetched any more
{
    quint64 consumer = 0;
};
struct FinishCancel // second half: these were never delivered
{
    quint64 consumer = 0;
    std::vector<quint64> undelivered;
    quint64 ticket = 0; // of the answer
};
struct UseCredentials // the answer to CredentialsWanted
{
    quint64 attempt = 0;
    Credentials credentials;
};
struct GiveBack // fetched, and nobody can receive it any more
{
    std::vector<quint64> deliveries;
};
using Any = std::variant<Open, Close, ShutDown, Request, Want<Exchange>, Want<Queue>, StartConsumer,
                         Tune, Took, CancelConsumer, FinishCancel, GiveBack, UseCredentials>;
} // namespace Order

using Command =
    std::variant<PublishRequest, SettleCommand, AbandonCommand, std::unique_ptr<Order::Any>>;

} // namespace Qombu
