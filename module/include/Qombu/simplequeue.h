// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/connection.h>
#include <Qombu/message.h>

#include <optional>

namespace Qombu {

// A queue used like a container, with Kombu's SimpleQueue topology: exchange, queue and routing key
// share one name.
class QOMBU_EXPORT SimpleQueue : public QObject
{
    Q_OBJECT
public:
    SimpleQueue(Connection *connection, const QString &name, QObject *parent = nullptr);
    ~SimpleQueue() override;

    Pending<void> put(const QVariant &body);
    Pending<std::optional<Message>> get(AckMode mode = AckMode::Manual); // without waiting
    Pending<Message> get(std::chrono::milliseconds timeout, AckMode mode = AckMode::Manual);
    Pending<qint64> size();
    Pending<qint64> clear();

private:
    std::unique_ptr<class SimpleQueuePrivate> d;
};

} // namespace Qombu
