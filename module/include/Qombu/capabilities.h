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
    ServerNamesQueues = 0x800, // the broker names nameless queues, anew on each link
    QueuesAppearByPublishing = 0x1000, // a publish to the default exchange makes its queue
    Declares = 0x2000, // there are declarations that can be refused
    PrefetchBytes = 0x4000, // Consumer::setPrefetchBytes() has an effect
    PutsBack = 0x8000, // what was sent without acknowledgement and not delivered can be put back
    ExchangeBindings = 0x10000, // an exchange can be bound to another
    ExtraProperties = 0x20000, // properties that AMQP does not know survive
    PeekTail = 0x40000, // the last messages of a queue can be looked at
    PeekIsSilent = 0x80000, // a look changes nothing at the broker
    HeldOutlivesLink = 0x100000, // held messages can be settled through the next link
    Recovery = 0x200000, // quarantined and held messages can be brought back by hand
    MarksRepeats = 0x400000, // a message that is sent again says so and has its first message_id
    Overview = 0x800000, // connections, channels, policies and the whole can be looked at
    Definitions = 0x1000000, // what is declared can be exported and imported
    DelayedDelivery = 0x2000000, // PublishOptions::delay: the broker keeps a message back
};
Q_DECLARE_FLAGS(Capabilities, Capability)
Q_DECLARE_OPERATORS_FOR_FLAGS(Capabilities)

} // namespace Qombu
