// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisoptions.h"
#include "transports/redis/wire/respvalue.h"

#include <Qombu/inventory.h>

namespace Qombu::Redis {

// Who holds a delivery, and whether it lives, as far as the tag and the time of the lease tell: we
// name ourselves in every tag and renew every lease, other programs do neither. A value.
struct RedisHolder
{
    // "<id of the Connection>.<number>"; null: the tag is not one of ours.
    static QByteArray nameIn(const QByteArray &tag);

    // now: the server's; nothing: not known.
    static RedisHolder of(const QByteArray &tag, const QByteArray &score,
                          const std::optional<double> &now, const RedisOptions &options);

    QByteArray name;
    HolderState state = HolderState::Unknown;
    double renewedBefore = 0; // seconds, where the state is known
};

std::optional<double> timeIn(const Result<RespValue> &reply); // to TIME, in seconds

} // namespace Qombu::Redis
