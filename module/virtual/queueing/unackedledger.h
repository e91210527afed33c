// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "virtual/queueing/risingtable.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

namespace Qombu {

// A delivery that is waiting for its settlement.
struct HeldDelivery
{
    QByteArray key; // the store's; empty: nothing to settle there
    QString queue;
    QString deadLetterQueue;
    qint64 bytes = 0;
    quint64 consumer = 0; // the store's number; 0: from get()
};

// Knows what one channel holds, by delivery number. Plain class. Owned by VirtualChannel.
class UnackedLedger
{
public:
    // Numbers rise by one from 1. A delivery without a key takes a number and is not remembered.
    quint64 add(HeldDelivery delivery);
    std::optional<HeldDelivery> take(quint64 number);
    std::vector<HeldDelivery> takeAll(); // in order of delivery
    size_t size() const { return m_held.size(); }

    // Which delivery had this key: one that is held, or one of the last few thousand that were
    // taken; 0: neither.
    quint64 numberOf(const QByteArray &key) const;

private:
    struct Taken
    {
        quint64 number = 0;
        QByteArray key;
    };

    RisingTable<HeldDelivery> m_held;
    std::vector<Taken> m_taken; // a ring
    size_t m_nextTaken = 0;
};

} // namespace Qombu
