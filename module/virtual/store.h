// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/link.h"

namespace Qombu {

struct StoreDelivery
{
    QByteArray key; // the store's name for this delivery; empty: nothing to settle
    QString queue;
    MessageContent content;
    qint64 bytes = 0; // what it weighs in a prefetch window
    bool isBroadcast = false; // takes no room there, and nobody keeps it for later
};

struct StorePublish
{
    quint64 id = 0;
    MessageContent content;
    ExchangeType exchangeType = ExchangeType::Direct;
    // Declared on this link; else the store finds out or assumes direct.
    bool exchangeTypeKnown = false;
    bool mandatory = true;
};

struct StoreSettle
{
    QByteArray key;
    QString queue;
    QString deadLetterQueue; // for Reject: where to, empty: dropped
    Settlement settlement = Settlement::Ack;
};

class StoreListener
{
public:
    virtual ~StoreListener();
    virtual void storeOpened(const QVariantMap &serverProperties) = 0;
    virtual void storeFailed(const Error &error) = 0; // once
    virtual void storeClosed() = 0;
    virtual void storeBlocked(const QString &reason) = 0;
    virtual void storeUnblocked() = 0;
    virtual void arrived(quint64 consumer, std::vector<StoreDelivery> &&batch) = 0;
    virtual void published(std::vector<PublishOutcome> &&outcomes) = 0;
    virtual void settledTooLate(const QByteArray &key) = 0;
    virtual void consumerFailed(quint64 consumer, const Error &why) = 0;
    virtual void contentionChanged(const QString &queue, bool contended) = 0;
    virtual void messageQuarantined(const QString &queue, const Error &why) = 0;
    virtual void storeNotice(const QString &text) = 0;
};

// A broker that only has queues; VirtualLink makes exchanges' types, channels, consumers, prefetch
// and delivery tags of it. It delivers in batches and keeps its own record of what is held.
// Consumers are numbered by the caller, once per link. Hub's thread.
class Store
{
public:
    virtual ~Store();
    virtual void open() = 0;
    virtual void close() = 0; // everything sent so far is answered first

    // For a store that keeps exchanges and their types (memory). By default it does not.
    virtual bool keepsExchanges() const { return false; }
    virtual void declareExchange(const Exchange &exchange, Done<void> done);
    virtual void bind(const Binding &binding, Done<void> done) = 0; // exchange type is known
    virtual void unbind(const Binding &binding, Done<void> done) = 0;
    virtual void declare(const Queue &queue, Done<QueueInfo> done) = 0; // the queue alone
    virtual void inspect(const QString &queue, Done<QueueInfo> done) = 0;
    virtual void purge(const QString &queue, Done<qint64> done) = 0;
    virtual void remove(const Queue &queue, Done<qint64> done) = 0; // and every binding to it
    virtual void removeExchange(const Exchange &exchange, Done<void> done) = 0;

    virtual void publish(std::vector<StorePublish> &&messages) = 0; // routes; order kept
    virtual void get(const QString &queue, bool noAck, Done<std::optional<StoreDelivery>> done) = 0;

    // Starts to serve a consumer; nothing arrives until setRoom().
    virtual void watch(quint64 consumer, const QList<Queue> &queues, bool noAck,
                       Done<void> done) = 0;
    // At most so many more messages and bytes may arrive (one message may exceed the bytes). This
    // is the whole room, not an addition: what is on its way already counts against it. Afterwards
    // the store itself counts arrivals that have a key; those without one take no room.
    virtual void setRoom(quint64 consumer, int messages, qint64 bytes) = 0;
    // A claim under way may still arrive; its messages are given back by the store itself.
    virtual void unwatch(quint64 consumer) = 0;

    virtual void settle(std::vector<StoreSettle> &&settlements) = 0;
    // To the front, in the order of delivery.
    virtual void giveBack(std::vector<StoreSettle> &&deliveries) = 0;
    // The same for what was delivered without a key.
    virtual void putBack(std::vector<StoreDelivery> &&deliveries) = 0;

    virtual LinkBrowser *browser() = 0;
};

} // namespace Qombu
