// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>

#include <cstring>

namespace Qombu {

// Appends to a QByteArray without a check for sharing at every byte: room() first, then put().
// The array has its final size once the sink is gone; nobody else touches it until then.
class ByteSink
{
public:
    explicit ByteSink(QByteArray &out)
        : m_out(out)
        , m_begin(out.data()) // detaches
        , m_at(m_begin + out.size())
        , m_end(m_at)
    {
    }
    ~ByteSink() { m_out.resize(m_at - m_begin); }
    ByteSink(const ByteSink &) = delete;
    ByteSink &operator=(const ByteSink &) = delete;

    // Makes room for bytes more; returns where they go. Follow with advance().
    char *room(qsizetype bytes)
    {
        if (m_end - m_at < bytes)
            grow(bytes);
        return m_at;
    }
    void advance(char *to) { m_at = to; }
    void put(char c)
    {
        *room(1) = c;
        ++m_at;
    }
    // A literal: its length is known, and copying it is a move or two.
    template<std::size_t Size>
    void put(const char (&text)[Size])
    {
        std::memcpy(room(qsizetype(Size - 1)), text, Size - 1);
        m_at += Size - 1;
    }
    void put(QByteArrayView text)
    {
        if (text.isEmpty())
            return;
        std::memcpy(room(text.size()), text.data(), size_t(text.size()));
        m_at += text.size();
    }
    qsizetype size() const { return m_at - m_begin; }
    void truncate(qsizetype size) { m_at = m_begin + size; }

private:
    // Rarely: so that what comes often stays small enough to be compiled in place.
    Q_NEVER_INLINE void grow(qsizetype bytes)
    {
        const qsizetype used = size();
        const qsizetype wanted = std::max(used + bytes, std::max(used + used / 2, qsizetype(256)));
        if (used == 0) {
            m_out = QByteArray(wanted, Qt::Uninitialized);
        } else {
            m_out.resize(used); // QByteArray copies what it thinks is in use
            m_out.resize(wanted);
        }
        m_begin = m_out.data();
        m_at = m_begin + used;
        m_end = m_begin + m_out.size();
    }

    QByteArray &m_out;
    char *m_begin;
    char *m_at;
    char *m_end;
};

} // namespace Qombu
