// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/link.h"

#include <deque>
#include <optional>
#include <unordered_map>

namespace Qombu {

// The deliveries of one consumer or channel that nobody has settled, and the names of those settled
// lately, for a broker that says it was too late. A delivery's number carries the generation of its
// link, so that a settlement never reaches another link's delivery. Plain class.
class HeldDeliveries
{
public:
    struct Names
    {
        QString queue;
        QString tag;
        qint64 broadcastBytes = 0; // 0: no broadcast
    };

    static quint64 number(quint64 generation, quint64 delivery)
    {
        return generation << DeliveryBits | delivery;
    }
    static quint64 generation(quint64 number) { return number >> DeliveryBits; }
    static quint64 delivery(quint64 number) { return number & ((quint64(1) << DeliveryBits) - 1); }

    bool isEmpty() const { return m_held.empty(); }
    bool hasAny(quint64 generation) const;

    void add(quint64 number, const IncomingMessage &message);
    // Settled or abandoned; none if it was not held.
    std::optional<Names> remove(quint64 number);
    // Of a delivery that was removed not too long ago.
    Names lately(quint64 number) const;

private:
    static constexpr int DeliveryBits = 40;
    static constexpr size_t Remembered = 1024;

    std::unordered_map<quint64, Names> m_held;
    std::deque<std::pair<quint64, Names>> m_lately;
};

} // namespace Qombu
