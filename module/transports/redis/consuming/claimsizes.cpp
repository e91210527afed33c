// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/claimsizes.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr int MaximumBatch = 256; // messages a claim: how long the server may be busy with one
constexpr qint64 MaximumBatchBytes = 8 << 20;
constexpr int MostUnderWay = 4;

} // namespace

void ClaimSizes::reset(bool noAck)
{
    *this = ClaimSizes();
    m_noAck = noAck;
}

PrefetchWindow::Room ClaimSizes::left(PrefetchWindow::Room room) const
{
    room.messages -= m_asked;
    room.bytes -= m_askedBytes;
    return room.messages > 0 && room.bytes > 0 ? room : PrefetchWindow::Room();
}

int ClaimSizes::piece() const
{
    const int count = m_count > 0 ? m_count : MaximumBatch;
    return std::clamp(std::max(count / 4, std::min(count / 2, 8)), 1, MaximumBatch);
}

std::optional<ClaimSizes::Size> ClaimSizes::next(PrefetchWindow::Room room) const
{
    room = left(room);
    if (room.messages == 0)
        return std::nullopt;
    Size size{std::min(room.messages, MaximumBatch), std::min(room.bytes, MaximumBatchBytes)};
    // Each claim may go beyond its bytes by its last message, so several only where messages are
    // small.
    const int most = std::min(room.messages, MostUnderWay * piece());
    if (!m_isFull || m_noAck || m_heaviest * most > room.bytes)
        return m_underWay == 0 ? std::optional(size) : std::nullopt;
    if (m_underWay == MostUnderWay)
        return std::nullopt;
    size.messages = std::min(most, piece());
    size.bytes = std::min(room.bytes / most * size.messages, MaximumBatchBytes);
    size.isLittle = size.messages < piece();
    return size;
}

void ClaimSizes::sent(const Size &size)
{
    ++m_underWay;
    m_asked += size.messages;
    m_askedBytes += size.bytes;
}

void ClaimSizes::ended(const Size &size)
{
    --m_underWay;
    m_asked -= size.messages;
    m_askedBytes -= size.bytes;
}

void ClaimSizes::learn(bool isFull, qint64 heaviest)
{
    m_isFull = isFull;
    m_heaviest = std::max(heaviest, m_heaviest - m_heaviest / 8);
}

} // namespace Qombu::Redis
