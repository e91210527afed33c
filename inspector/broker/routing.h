// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/browser.h>

#include <QtCore/qstringlist.h>

namespace Qombu::Inspector {

// Where a message would go, computed from the bindings alone, also through other exchanges.
struct RoutingPreview
{
    QStringList queues; // sorted, each once
    QStringList via; // the binding keys that matched; for topic exchanges
    QStringList unlike; // queues of the other dialect only: AMQP and Kombu disagree
    bool known = true; // false: the inventory was cut short, or the type cannot be computed here
};

// AMQP 0-9-1: "*" is exactly one word, "#" any number of words, also none.
bool matchesTopic(QStringView pattern, QStringView routingKey);

// The expression Kombu stores beside a binding, read by our own matcher: text from a broker is
// never run as a regular expression. False for expressions Kombu does not write.
bool matchesStoredPattern(QStringView expression, QStringView routingKey);

RoutingPreview previewRouting(const Inventory &inventory, const QString &exchange,
                              ExchangeType type, const QString &routingKey);

} // namespace Qombu::Inspector
