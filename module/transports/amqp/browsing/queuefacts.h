// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtGlobal>

#include <optional>

namespace Qombu::Amqp {

// What a broker tells of a queue without being told to do anything. A plain value.
struct QueueFacts
{
    enum Type { Unknown, Classic, Quorum, Stream };
    Type type = Unknown;
    qint64 waiting = -1;
    // Of a quorum queue, as it was declared, and a policy sets it where that is known: AMQP knows
    // nothing of policies.
    bool isLimitKnown = false;
    bool isPolicyKnown = false;
    std::optional<qint64> deliveryLimit; // none: there is none
};

} // namespace Qombu::Amqp
