// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// rabbitmq-c, of which only the codecs are used. Its headers have folders since 0.12.
#if __has_include(<rabbitmq-c/framing.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#endif
