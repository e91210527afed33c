// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QCoreApplication>

namespace Qombu::Amqp {

// Sentences for people, in the words of their language: one context for all of this transport.
struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Amqp)
};

} // namespace Qombu::Amqp
