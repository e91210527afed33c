// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/browser.h>

namespace Qombu::Inspector {

// What tables, trees and pages say of the things in a broker.
QString exchangeTypeName(ExchangeType type); // as on the wire: "direct"
QString exchangeTypeText(const ExchangeRow &row); // "topic?" where it is a guess
QStringList exchangeFacts(const ExchangeRow &row); // "durable", "internal"; empty: nothing told
QStringList queueFacts(const QueueRow &row); // "quorum", "durable", "policy ha"
QString queueStateWarning(const QueueRow &row); // empty: it works
QStringList nodeAlarms(const NodeRow &row); // a sentence each

} // namespace Qombu::Inspector
