// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/exchange.h>
#include <Qombu/result.h>

#include <QtCore/qhash.h>

#include <optional>

namespace Qombu {

// Remembers declared exchanges where the broker itself stores no types: those of one link, or of a
// whole broker in memory. Plain class.
class DeclaredExchanges
{
public:
    // Error::NotFound, 404, for a passive declaration of an unknown one; Error::Channel, 406, for
    // one that differs from the first, naming in what, and 403 for a reserved name; an
    // Error::Unsupported for a type that no virtual transport has.
    Error declare(const Exchange &exchange);
    void forget(const QString &name);

    // The type of a declared exchange or of one whose name says it ("amq.topic"); none: unknown.
    std::optional<ExchangeType> type(const QString &name) const;
    // The default exchange, amq.direct, amq.topic and amq.fanout are there by themselves.
    static bool isPredeclared(const QString &name);
    // Those, and all other names that begin with "amq.": only the broker may make or remove them.
    static bool isReserved(const QString &name);
    static Error accessRefused(const QString &name); // 403
    std::optional<Exchange> find(const QString &name) const; // as it was declared
    QStringList names() const { return m_exchanges.keys(); } // without the predeclared ones

private:
    QHash<QString, Exchange> m_exchanges;
};

} // namespace Qombu
