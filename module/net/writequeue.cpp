// SPDX-License-Identifier: BSD-3-Clause
#include "net/writequeue.h"

#include <algorithm>

namespace Qombu {

void WriteQueue::append(const QByteArray &bytes)
{
    if (bytes.isEmpty())
        return;
    m_bytes += bytes.size();
    m_highWaterMark = std::max(m_highWaterMark, m_bytes);
    if (!m_pieces.empty() && m_pieces.back().size() + bytes.size() <= JoinLimit)
        m_pieces.back().append(bytes);
    else
        m_pieces.push_back(bytes);
}

size_t WriteQueue::peek(std::span<QByteArrayView> out) const
{
    const size_t count = std::min(out.size(), m_pieces.size());
    for (size_t i = 0; i < count; ++i)
        out[i] = QByteArrayView(m_pieces[i]).sliced(i == 0 ? m_gone : 0);
    return count;
}

void WriteQueue::consume(qint64 bytes)
{
    Q_ASSERT(bytes <= m_bytes);
    m_bytes -= bytes;
    while (bytes > 0) {
        const qsizetype left = m_pieces.front().size() - m_gone;
        if (bytes < left) {
            m_gone += qsizetype(bytes);
            return;
        }
        bytes -= left;
        m_gone = 0;
        m_pieces.pop_front();
    }
}

void WriteQueue::clear()
{
    m_pieces.clear();
    m_gone = 0;
    m_bytes = 0;
}

} // namespace Qombu
