// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QVariantMap>

namespace Qombu::Amqp {

// Which extensions of AMQP 0-9-1 a server says it has, in the properties of its greeting. A value.
struct ServerCapabilities
{
    static ServerCapabilities of(const QVariantMap &serverProperties);

    bool confirms = false; // publisher_confirms
    bool nack = false; // basic.nack, from the client
    bool exchangeBindings = false; // exchange_exchange_bindings
    bool consumerQos = false; // per_consumer_qos; without it a window is that of the channel
    bool updateSecret = false; // connection.update-secret, which nobody announces
    bool nativeDelay = false; // dead-lettering and all else that NativeDelay needs; likewise
};

} // namespace Qombu::Amqp
