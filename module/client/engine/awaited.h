// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/engine/wantedtopology.h"

namespace Qombu {

// What is on the way of publishes and not there yet, of what producers want: not answered, or
// refused for now. Publishes to it wait, and others do not. Plain class; the Topology owns it.
class Awaited
{
public:
    explicit Awaited(const WantedTopology &wanted)
        : m_wanted(wanted)
    {
    }

    void moved() { m_isCounted = false; } // something was asked, answered, wished or forgotten
    bool isEmpty();
    bool contains(const QString &id); // of an exchange or a queue
    bool hasRefusals(); // for good

private:
    static bool isInTheWay(const Wanted &wanted);
    void count();
    void add(const Wanted &wanted, QSet<QString> &queues);

    const WantedTopology &m_wanted;
    bool m_isCounted = true;
    QSet<QString> m_ids;
    int m_refused = 0;
};

} // namespace Qombu
