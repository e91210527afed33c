// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtGlobal>

#include <algorithm>

namespace Qombu::Redis {

// How many values to ask for in one go while nobody says how large they are: few at first, more
// while they are small. A value.
class RedisPage
{
public:
    static constexpr qint64 budget = 8 << 20; // bytes on their way, about

    // largest: in bytes, of the values that an earlier look saw; 0: not known.
    RedisPage(int first, int most, qint64 largest = 0)
        : m_most(most)
        , m_grown(largest > 0 ? most : first)
        , m_largest(largest)
    {
    }

    int size() const
    {
        const qint64 fitting = budget / std::max<qint64>(1, m_largest);
        return int(std::clamp<qint64>(fitting, 1, m_grown));
    }

    // A value came. So a page is followed by one of twice its size.
    void saw(qint64 bytes)
    {
        m_largest = std::max(m_largest, bytes);
        m_grown = std::min(m_grown + 1, m_most);
    }

    qint64 largest() const { return m_largest; }

private:
    int m_most;
    int m_grown;
    qint64 m_largest;
};

} // namespace Qombu::Redis
