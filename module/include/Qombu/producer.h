// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/connection.h>
#include <Qombu/message.h>
#include <Qombu/queue.h>

#include <optional>

namespace Qombu {

// How one message is published; what is not said comes from the Producer.
struct QOMBU_EXPORT PublishOptions
{
    std::optional<Exchange> exchange;
    std::optional<QString> routingKey;
    std::optional<int> priority; // 0…9
    std::optional<DeliveryMode> deliveryMode;
    std::optional<bool> mandatory; // default: direct and topic yes, fanout and headers no
    QString serializer; // "json", "text", "raw"
    QString contentType; // body is serialized already
    QString contentEncoding;
    QString compression; // "zlib"
    std::optional<bool> typedJson; // dates, bytes … as Kombu >= 5.3 writes them; default: as text
    std::optional<std::chrono::milliseconds> expiration;
    std::optional<std::chrono::milliseconds> delay; // where there is Capability::DelayedDelivery
    std::optional<std::chrono::milliseconds> timeout; // default ConnectionOptions::publishTimeout
    QVariantMap headers;
    MessageProperties properties;
};

// Publishes to one exchange or queue. Any number share a Connection; publishes that are not settled
// belong to the Connection and outlive their Producer.
class QOMBU_EXPORT Producer : public QObject
{
    Q_OBJECT
public:
    explicit Producer(Connection *connection, QObject *parent = nullptr); // the default exchange
    Producer(Connection *connection, const Queue &queue, QObject *parent = nullptr);
    Producer(Connection *connection, const Exchange &exchange,
             const QString &routingKey = QString(), QObject *parent = nullptr);
    ~Producer() override;

    Connection *connection() const;
    Exchange exchange() const;
    QString routingKey() const;
    PublishOptions defaults() const;
    void setDefaults(const PublishOptions &defaults);

    // Returns at once. Ends when the broker has the message (and, if mandatory, a queue has it).
    Pending<void> publish(const QVariant &body, const PublishOptions &options = {});
    // Body, headers, properties and priority of message.
    Pending<void> publish(const Message &message, const PublishOptions &options = {});

Q_SIGNALS:
    // A publish failed whose Pending nobody kept, continued or waits for.
    void publishFailed(const Qombu::Message &message, const Qombu::Error &error);

private:
    friend class ProducerPrivate;
    std::unique_ptr<class ProducerPrivate> d;
};

} // namespace Qombu
