// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qobjectdefs.h>
#include <QtCore/qtconfigmacros.h>

#if defined(QOMBU_BUILDING)
#define QOMBU_EXPORT Q_DECL_EXPORT
#else
#define QOMBU_EXPORT Q_DECL_IMPORT
#endif

// The enumerations that more than one class speaks of.
namespace Qombu {
Q_NAMESPACE_EXPORT(QOMBU_EXPORT)

enum class ExchangeType { Direct, Topic, Fanout, Headers };
Q_ENUM_NS(ExchangeType)

// The numbers are those of AMQP 0-9-1 §4.2.6 and of Kombu's envelope.
enum class DeliveryMode { Transient = 1, Persistent = 2 };
Q_ENUM_NS(DeliveryMode)

enum class AckMode { Manual, Auto, None };
Q_ENUM_NS(AckMode)

// What may be said about a delivery, once.
enum class Settlement { Ack, Reject, Requeue };
Q_ENUM_NS(Settlement)

} // namespace Qombu
