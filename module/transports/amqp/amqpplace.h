// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/link.h"
#include "transports/amqp/amqpsocket.h"
#include "transports/amqp/consuming/heldtable.h"
#include "transports/amqp/consuming/streamplaces.h"

#include <vector>

namespace Qombu::Amqp {

// A link's place at its broker, shared by the link and its channels, which may outlive it. Hub's
// thread.
struct AmqpPlace
{
    Hub *hub = nullptr;
    LinkListener *listener = nullptr;
    DeliveryNumbers *numbers = nullptr;
    AmqpSocket *socket = nullptr; // for all but publishing; null: the link is not open
    HeldTable held; // unsettled deliveries
    std::shared_ptr<FatalRequests> fatal;
    std::vector<SettlingChannel *> channels; // that are there, the oldest first
    std::shared_ptr<StreamPlaces> streams;
    TopologyChannel *probe = nullptr; // asks whether a queue is there; while the link is open
    bool isClosing = false; // nothing is delivered any more, but for what cannot come again
    bool isGone = false; // the link is destroyed: nobody answers any more
};

} // namespace Qombu::Amqp
