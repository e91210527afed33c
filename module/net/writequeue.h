// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>

#include <deque>
#include <span>

namespace Qombu {

// Output that waits for the kernel, in order. Large pieces are shared, not copied; small ones are
// joined, so that one system call takes many. Plain class, owned by its stream.
class WriteQueue
{
public:
    // Pieces up to this size are joined.
    static constexpr qsizetype JoinLimit = 16 * 1024;

    void append(const QByteArray &bytes);
    // The first pieces, as many as fit into out; returns their number.
    size_t peek(std::span<QByteArrayView> out) const;
    // The first bytes have gone.
    void consume(qint64 bytes);
    void clear();

    bool isEmpty() const { return m_bytes == 0; }
    qint64 bytes() const { return m_bytes; }
    // The most that ever waited at one time.
    qint64 highWaterMark() const { return m_highWaterMark; }

private:
    std::deque<QByteArray> m_pieces;
    qsizetype m_gone = 0; // bytes of the first piece that were consumed
    qint64 m_bytes = 0;
    qint64 m_highWaterMark = 0;
};

} // namespace Qombu
