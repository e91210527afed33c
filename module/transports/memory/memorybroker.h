// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/memory/memoryexchanges.h"
#include "transports/memory/memorysession.h"
#include "virtual/store.h"

#include <mutex>

namespace Qombu {

// A broker inside this process: queues, exchanges and what every link holds, shared by all links
// with one name. Thread-safe: one mutex guards everything, and nothing outside is called while it
// is held but a session's wake function.
class MemoryBroker
{
public:
    static constexpr qint64 DefaultMaximumBytes = 256 << 20;

    // The broker of memory://name. It lives as long as the process, so that messages survive a
    // reconnect and the time between two programs' parts.
    static std::shared_ptr<MemoryBroker> named(const QString &name);

    MemoryBroker();
    ~MemoryBroker();

    void setMaximumBytes(qint64 bytes);

    // wake is called in any thread when something waits for collect(); it must only post a call.
    quint64 openSession(std::function<void()> wake);
    void closeSession(quint64 session); // everything it held goes back

    Error declareExchange(const Exchange &exchange);
    void removeExchange(const QString &name);
    Error bind(const Binding &binding);
    void unbind(const Binding &binding);
    Result<QueueInfo> declare(quint64 session, const Queue &queue);
    Result<QueueInfo> inspect(const QString &queue) const;
    qint64 purge(const QString &queue);
    qint64 remove(const QString &queue);

    std::vector<PublishOutcome> publish(std::vector<StorePublish> &&messages);
    std::optional<StoreDelivery> get(quint64 session, const QString &queue, bool noAck,
                                     const QDateTime &now);

    Error watch(quint64 session, quint64 consumer, const QStringList &queues, bool noAck);
    void unwatch(quint64 session, quint64 consumer);
    void setRoom(quint64 session, quint64 consumer, int messages, qint64 bytes);
    struct Batch
    {
        quint64 consumer = 0;
        std::vector<StoreDelivery> deliveries;
    };
    // What came for the session's consumers; wakes it again if there is more.
    std::vector<Batch> collect(quint64 session, const QDateTime &now);
    // Requeue puts a message where it was, marked as redelivered.
    void settle(quint64 session, std::vector<StoreSettle> &&settlements);
    // To the front, in order: what was delivered without a record.
    void putBack(std::vector<StoreDelivery> &&deliveries);

    Inventory inventory(int maximumRows) const;
    std::vector<IncomingMessage> peek(const QString &queue, int limit, QueueEnd from) const;
    std::vector<LinkBrowser::Unacked> unacked(int limit) const;

private:
    using QueuePointer = std::shared_ptr<MemoryQueue>;

    QueuePointer obtain(const QString &name);
    QueuePointer existing(const QString &name) const;
    void discardIfIdle(const QueuePointer &queue);
    qint64 removeQueue(const QueuePointer &queue);
    void consumerLeft(const std::vector<QueuePointer> &queues);
    std::vector<QueuePointer> route(const QString &exchange, const QString &routingKey);
    Error tooFull(const QString &exchange, const QString &routingKey) const;
    void giveBack(MemoryArrival arrival);
    void deadLetter(const MemoryArrival &arrival, const QString &queue);
    StoreDelivery deliver(MemorySession &session, MemoryArrival arrival, bool noAck,
                          const QDateTime &now);

    mutable std::mutex m_mutex;
    qint64 m_maximumBytes = DefaultMaximumBytes;
    const std::shared_ptr<std::atomic<qint64>> m_bytes = std::make_shared<std::atomic<qint64>>(0);
    MemoryExchanges m_exchanges;
    QHash<QString, QueuePointer> m_queues;
    std::map<quint64, std::unique_ptr<MemorySession>> m_sessions;
    quint64 m_lastSession = 0;
};

} // namespace Qombu
