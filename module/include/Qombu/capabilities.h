// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/global.h>

#include <QtCore/qflags.h>

namespace Qombu {

// What a transport can do.
enum class Capability {
    DirectExchange = 0x1,
    TopicExchange = 0x2,
    FanoutExchange = 0x4,
    HeadersExchange = 0x8,
    Priorities = 0x10,
    HigherPriorityFirst = 0x20, // as AMQP; without it a lower number is served first (Redis)
    Persistence = 0x40, // messages can survive a restart of the broker
    Confirms = 0x80, // publish() ends when the broker has the message
    Browse = 0x100, // queues and messages can be looked at without changing them
    UnackedList = 0x200, // held deliveries of all consumers can be listed
    ConsumerCount = 0x400, // QueueInfo::consumerCount means something
};
Q_DECLARE_FLAGS(Capabilities, Capability)
Q_DECLARE_OPERATORS_FOR_FLAGS(Capabilities)

} // namespace Qombu
