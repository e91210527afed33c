// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qglobal.h>

#include <array>

namespace Qombu {

// Fast random numbers for jitter, identifiers and shuffling: xoshiro256** (Blackman and Vigna,
// 2018). Not for secrets. A value; one thread at a time.
class RandomSource
{
public:
    // Seeded by the operating system.
    RandomSource();
    // The same seed gives the same numbers.
    explicit RandomSource(quint64 seed);

    quint64 next();

private:
    std::array<quint64, 4> m_state;
};

} // namespace Qombu
