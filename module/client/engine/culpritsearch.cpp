// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/culpritsearch.h"

#include <algorithm>

namespace Qombu {

namespace {

constexpr int MostTogether = 1024;
constexpr std::chrono::minutes Careful{1};

} // namespace

void CulpritSearch::refusedOneOf(int suspects, Hub::TimePoint now)
{
    m_suspects = suspects;
    m_part = std::clamp(suspects / 2, 1, MostTogether);
    m_until = now + Careful;
}

// One after the other: all that left with it has to leave again.
void CulpritSearch::refusedOne(Hub::TimePoint now)
{
    m_part = isOn(now) ? std::max(m_part / 2, 1) : MostTogether;
    m_suspects = 0;
    m_until = now + Careful;
}

// Behind one that was found the parts grow slowly: the next may be near.
void CulpritSearch::took(int publishes)
{
    m_suspects = std::max(0, m_suspects - publishes);
    m_part = m_suspects > 0 ? std::clamp(m_suspects / 2, 1, MostTogether)
                            : std::min(m_part * 2, MostTogether);
}

} // namespace Qombu
