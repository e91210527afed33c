// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/connection.h>
#include <Qombu/message.h>
#include <Qombu/queue.h>

namespace Qombu {

// Delivers the messages of one or more queues as signals, in the thread that made it.
class QOMBU_EXPORT Consumer : public QObject
{
    Q_OBJECT
    Q_PROPERTY(Qombu::Consumer::State state READ state NOTIFY stateChanged)
    Q_PROPERTY(
        int prefetchCount READ prefetchCount WRITE setPrefetchCount NOTIFY prefetchCountChanged)

public:
    enum State { Stopped, Starting, Consuming, Paused };
    Q_ENUM(State)

    Consumer(Connection *connection, const Queue &queue, QObject *parent = nullptr);
    Consumer(Connection *connection, const QList<Queue> &queues, QObject *parent = nullptr);
    ~Consumer() override; // cancels

    Connection *connection() const;
    QList<Queue> queues() const;
    State state() const;

    // Setters act at once; those that cannot return an Error and change nothing.
    int prefetchCount() const; // over all queues; default 16; 0: no limit but the bytes
    Error setPrefetchCount(int messages);
    qint64 prefetchBytes() const; // default 16 MiB
    Error setPrefetchBytes(qint64 bytes);
    QStringList accept() const; // serializer names or content types; default json, text/plain, raw
    Error setAccept(const QStringList &accept);
    // Not while started:
    AckMode ackMode() const; // default Manual
    Error setAckMode(AckMode mode);
    bool declaresQueues() const; // default true
    Error setDeclaresQueues(bool declare);
    QString tag() const; // the broker's tools show it (Redis: none); default: the broker's choice
    Error setTag(const QString &tag);
    bool isExclusive() const; // nobody else may consume from its queues; default false
    Error setExclusive(bool exclusive);

    void start(); // waits for the broker, declares, consumes; again after every reconnect
    // Nothing is delivered after it returned; what was fetched and not yet delivered goes back to
    // the front of its queue. Messages the user still holds can be settled.
    Pending<void> cancel();
    void pause();
    void resume();

Q_SIGNALS:
    void messageReceived(const Qombu::Message &message);
    // The body could not be decoded; the message is unacked. Unconnected: one warning is logged.
    void decodeFailed(const Qombu::Message &message, const Qombu::Error &error);
    void stateChanged(Qombu::Consumer::State state);
    void prefetchCountChanged(int messages);
    void cancelledByBroker(const Qombu::Error &why);
    // Could not declare or consume, which is tried again; or LimitExceeded: broadcasts are dropped.
    void errorOccurred(const Qombu::Error &error);
    // A settlement came too late: the broker had given the message to somebody else.
    void settlementLost(const QString &queue, const QString &deliveryTag);

private:
    friend class ConsumerPrivate;
    std::unique_ptr<class ConsumerPrivate> d;
};

} // namespace Qombu
