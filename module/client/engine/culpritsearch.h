// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/hub.h>

namespace Qombu {

// How many publishes leave together after the broker has closed their channel over one of them: it
// took the others along, and one that was refused is seldom alone. For a while they leave in parts,
// of which a broker has all or nothing, and where it does not say which one it refuses, halves find
// it. Plain class; the Publisher owns it.
class CulpritSearch
{
public:
    bool isOn(Hub::TimePoint now) const { return m_part > 0 && (m_suspects > 0 || now < m_until); }
    int part() const { return m_part; } // so many may leave next, and more when they have ended

    void refusedOneOf(int suspects, Hub::TimePoint now); // these, the oldest that have not ended
    void refusedOne(Hub::TimePoint now); // it is known which
    void took(int publishes); // the oldest

private:
    int m_part = 0;
    int m_suspects = 0; // one of the oldest so many is the culprit; 0: nobody is suspected
    Hub::TimePoint m_until{};
};

} // namespace Qombu
