// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/memory/memorybroker.h"

#include <Qombu/hub.h>

#include <QtCore/qset.h>

namespace Qombu {

// One link's way to a MemoryBroker. Answers and deliveries come by Hub::callSoon, never from inside
// a call. Hub's thread. Owned by VirtualLink; its end gives back what it held.
class MemoryStore final : public Store, private LinkBrowser
{
public:
    MemoryStore(Hub *hub, std::shared_ptr<MemoryBroker> broker, StoreListener *listener);
    ~MemoryStore() override;

    void open() override;
    void close() override;
    bool keepsExchanges() const override { return true; }
    void declareExchange(const Exchange &exchange, Done<void> done) override;
    void bind(const Binding &binding, Done<void> done) override;
    void unbind(const Binding &binding, Done<void> done) override;
    void declare(const Queue &queue, Done<QueueInfo> done) override;
    void inspect(const QString &queue, Done<QueueInfo> done) override;
    void purge(const QString &queue, Done<qint64> done) override;
    void remove(const Queue &queue, Done<qint64> done) override;
    void removeExchange(const Exchange &exchange, Done<void> done) override;
    void publish(std::vector<StorePublish> &&messages) override;
    void get(const QString &queue, bool noAck, Done<std::optional<StoreDelivery>> done) override;
    void watch(quint64 consumer, const QList<Queue> &queues, bool noAck, Done<void> done) override;
    void setRoom(quint64 consumer, int messages, qint64 bytes) override;
    void unwatch(quint64 consumer) override;
    void settle(std::vector<StoreSettle> &&settlements) override;
    void giveBack(std::vector<StoreSettle> &&deliveries) override;
    void putBack(std::vector<StoreDelivery> &&deliveries) override;
    LinkBrowser *browser() override { return this; }

private:
    void inventory(int maximumRows, Done<Inventory> done) override;
    void peek(const QString &queue, int limit, QueueEnd from,
              Done<std::vector<IncomingMessage>> done) override;
    void unacked(int limit, Done<std::vector<Unacked>> done) override;

    // Runs work in the Hub's next turn, in order, unless this store is gone by then.
    void later(Hub::Callback work);
    template<typename T>
    void answer(Done<T> done, Result<T> result);
    void runWork();
    void collect();
    QDateTime now() const;
    void tellIgnored(const Queue &queue);

    Hub *const m_hub;
    const std::shared_ptr<MemoryBroker> m_broker;
    StoreListener *const m_listener;
    quint64 m_session = 0; // 0: not open
    std::vector<Hub::Callback> m_work;
    std::vector<PublishOutcome> m_outcomes;
    bool m_isWorkPosted = false;
    QSet<QString> m_told; // queues whose ignored options were told
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu
