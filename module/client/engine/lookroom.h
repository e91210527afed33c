// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "content/contentcodec.h"

#include <algorithm>

namespace Qombu {

// Bounds what decoding makes of the messages of one answer of a Browser, and the work of it: four
// of a few kilobytes may unpack to gigabytes. One takes no more than a quarter of what is left, so
// that those behind it are decoded too; each may take its share of the whole, whatever came before
// it. Plain class, for one answer.
class LookRoom
{
public:
    static constexpr qint64 Most = 64 << 20;

    // One that is alone gets half, so that there is room to show it.
    explicit LookRoom(size_t messages)
        : m_share(Most / std::max<qint64>(2, qint64(messages)))
    {
    }

    ContentCodec::DecodeLimits limits() const
    {
        ContentCodec::DecodeLimits limits;
        limits.memory = std::max(m_left / 4, m_share);
        return limits;
    }
    void take(qint64 memory) { m_left = std::max<qint64>(0, m_left - memory); }

private:
    qint64 m_left = Most;
    const qint64 m_share;
};

} // namespace Qombu
