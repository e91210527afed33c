// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/backoff.h"

#include <algorithm>

namespace Qombu {

Backoff::Backoff(const ConnectionOptions &options)
    : m_first(options.retryFirst)
    , m_maximum(options.retryMaximum)
    , m_delay(m_first)
{
}

std::chrono::milliseconds Backoff::next(quint64 random)
{
    const auto delay = m_delay;
    m_delay = std::min(m_delay * 2, m_maximum);
    return withJitter(delay, random);
}

std::chrono::milliseconds Backoff::withJitter(std::chrono::milliseconds delay, quint64 random)
{
    const auto span = delay.count() / 2 + 1; // from 75 % to 125 %
    return std::chrono::milliseconds(delay.count() - delay.count() / 4
                                     + qint64(random % quint64(span)));
}

} // namespace Qombu
