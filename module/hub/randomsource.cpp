// SPDX-License-Identifier: BSD-3-Clause
#include "hub/randomsource.h"

#include <QtCore/qrandom.h>

#include <bit>

namespace Qombu {

RandomSource::RandomSource()
    : m_state{}
{
    // All zero is the one state that xoshiro256** never leaves.
    do {
        for (quint64 &word : m_state)
            word = QRandomGenerator::system()->generate64();
    } while ((m_state[0] | m_state[1] | m_state[2] | m_state[3]) == 0);
}

RandomSource::RandomSource(quint64 seed)
    : m_state{}
{
    // SplitMix64, as the authors of xoshiro recommend for seeding from one word.
    for (quint64 &word : m_state) {
        seed += 0x9e3779b97f4a7c15;
        quint64 mixed = seed;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        word = mixed ^ (mixed >> 31);
    }
}

quint64 RandomSource::next()
{
    const quint64 result = std::rotl(m_state[1] * 5, 7) * 9;
    const quint64 shifted = m_state[1] << 17;
    m_state[2] ^= m_state[0];
    m_state[3] ^= m_state[1];
    m_state[1] ^= m_state[2];
    m_state[0] ^= m_state[3];
    m_state[2] ^= shifted;
    m_state[3] = std::rotl(m_state[3], 45);
    return result;
}

} // namespace Qombu
