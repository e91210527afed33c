// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/exchange.h>

namespace Qombu {

// One rule of an exchange: messages whose routing key fits go to this queue, or through another
// exchange. A value.
struct QOMBU_EXPORT Binding
{
    Q_GADGET
    Q_PROPERTY(Qombu::Exchange exchange MEMBER exchange)
    Q_PROPERTY(QString routingKey MEMBER routingKey)
    Q_PROPERTY(QString queue MEMBER queue)
    Q_PROPERTY(QString destinationExchange MEMBER destinationExchange)

public:
    Exchange exchange;
    QString routingKey;
    QString queue; // empty: it leads to destinationExchange
    QVariantMap arguments;
    QString destinationExchange = {}; // empty: it leads to the queue

    friend bool operator==(const Binding &, const Binding &) = default;
};

} // namespace Qombu
