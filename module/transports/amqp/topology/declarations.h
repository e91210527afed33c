// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/method.h"

#include <Qombu/queue.h>

namespace Qombu::Amqp {

// Wishes as AMQP says them, with the arguments that Kombu writes: two programs that declare the
// same queue must agree in every one of them.
DeclareExchange declarationOf(const Exchange &exchange);
DeclareQueue declarationOf(const Queue &queue);
// Whether there is anything to declare: the default exchange and those of the broker are there.
bool isPredeclared(const Exchange &exchange);

} // namespace Qombu::Amqp
