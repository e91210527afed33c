// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "virtual/queueing/risingtable.h"

#include <memory>

namespace Qombu::Amqp {
class SettlingChannel;

// Where a delivery came from. Whoever holds one keeps its channel open: it can only be settled
// there.
struct Held
{
    std::shared_ptr<SettlingChannel> channel;
    quint64 tag = 0; // delivery-tag, AMQP 0-9-1, basic.deliver
};

using HeldTable = RisingTable<Held>; // by the number of the delivery

} // namespace Qombu::Amqp
