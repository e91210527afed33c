// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qstring.h>

#include <optional>

namespace Qombu::Inspector {

// A routing key as RabbitMQ's delayed delivery lengthens it: the delay as 28 words of one bit, and
// then its own. Kombu and Celery leave it so for the receiver.
struct DelayedKey
{
    qint64 seconds = 0; // of the whole delay
    QString routingKey; // its own
};

std::optional<DelayedKey> delayedKey(const QString &routingKey);

} // namespace Qombu::Inspector
