// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/link.h"
#include "virtual/queueing/prefetchwindow.h"
#include "virtual/store.h"
#include "virtual/queueing/unackedledger.h"

#include <QtCore/qhash.h>
#include <QtCore/qset.h>

namespace Qombu {
class VirtualLink;

// Makes an AMQP-like channel of a Store: declarations, prefetch windows and delivery numbers.
// Hub's thread. Owned by who opened it; may outlive its link and then refuses everything.
class VirtualChannel final : public LinkChannel
{
public:
    VirtualChannel(VirtualLink *link, quint32 number, LinkChannelListener *listener);
    ~VirtualChannel() override;

    void declare(const Exchange &exchange, Done<void> done) override;
    void declare(const Queue &queue, Done<QueueInfo> done) override;
    void bind(const Binding &binding, Done<void> done) override;
    void unbind(const Binding &binding, Done<void> done) override;
    void inspect(const QString &queue, Done<QueueInfo> done) override;
    void purge(const QString &queue, Done<qint64> done) override;
    void remove(const Queue &queue, Done<qint64> done) override;
    void remove(const Exchange &exchange, Done<void> done) override;
    void publish(std::vector<OutgoingMessage> &&messages) override;
    void get(const QString &queue, bool noAck, Done<std::optional<IncomingMessage>> done) override;
    void consume(const ConsumeRequest &request, Done<void> done) override;
    void setPrefetch(quint64 consumer, int count, qint64 bytes) override;
    void setPaused(quint64 consumer, bool paused) override;
    void cancel(quint64 consumer, Done<void> done) override;
    void settle(std::vector<SettleRequest> &&requests) override;
    void giveBack(std::vector<quint64> &&deliveries) override;
    void putBack(std::vector<IncomingMessage> &&messages) override;

    // For VirtualLink.
    quint32 number() const { return m_number; }
    void detach() { m_link = nullptr; }
    void giveBackAll(); // ends the consumers
    void arrived(quint64 storeConsumer, std::vector<StoreDelivery> &&batch);
    void published(std::vector<PublishOutcome> &&outcomes);
    bool settledTooLate(const QByteArray &key); // false: not of this channel
    void consumerFailed(quint64 storeConsumer, const Error &why);

private:
    struct Consumer
    {
        quint64 id = 0; // the caller's
        bool noAck = false;
        bool paused = false;
        bool served = false; // the store has said yes
        PrefetchWindow window;
    };

    template<typename T>
    Done<T> whileAlive(Done<T> done) const;
    template<typename T>
    bool refuse(const Done<T> &done) const; // true: there is no link to ask
    Error prepare(Binding &binding) const;
    void release(const HeldDelivery &delivery, QSet<quint64> &changed);
    void tellRoom(quint64 storeConsumer);
    void tellRoom(const QSet<quint64> &storeConsumers);
    IncomingMessage take(StoreDelivery &&delivery, quint64 storeConsumer, const Consumer *consumer);

    VirtualLink *m_link;
    const quint32 m_number;
    LinkChannelListener *const m_listener;
    QHash<quint64, Consumer> m_consumers; // by the store's number
    QHash<quint64, quint64> m_storeConsumers; // the caller's number → the store's
    UnackedLedger m_ledger;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu
