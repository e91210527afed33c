// SPDX-License-Identifier: BSD-3-Clause
#include "linestream.h"

#include <Qombu/hub.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace {

constexpr qsizetype PieceSize = 64 << 10;

} // namespace

LineStream::~LineStream()
{
    watch(false);
}

bool LineStream::canRead(int descriptor)
{
    struct stat kind = {};
    return ::fstat(descriptor, &kind) == 0
        && (S_ISFIFO(kind.st_mode) || S_ISSOCK(kind.st_mode) || ::isatty(descriptor));
}

std::optional<QByteArray> LineStream::next(qsizetype longest)
{
    m_longest = longest;
    const qsizetype end = m_buffer.indexOf('\n', m_seen);
    if (end >= 0)
        return take(end + 1 - m_start);
    m_seen = m_buffer.size();
    const qsizetype rest = m_buffer.size() - m_start;
    if (rest > longest + 2 || (m_isAtEnd && rest > 0))
        return take(rest);
    m_buffer.remove(0, m_start);
    m_seen -= m_start;
    m_start = 0;
    watch(!m_isAtEnd);
    return std::nullopt;
}

QByteArray LineStream::take(qsizetype length)
{
    QByteArray line = m_buffer.mid(m_start, length);
    m_start += length;
    m_seen = m_start;
    if (m_start == m_buffer.size()) {
        m_buffer.clear();
        m_start = m_seen = 0;
    }
    if (line.endsWith('\n'))
        line.chop(1);
    if (line.endsWith('\r'))
        line.chop(1);
    return line;
}

void LineStream::stop()
{
    watch(false);
    m_isAtEnd = true;
    m_buffer.clear();
    m_start = m_seen = 0;
}

void LineStream::watch(bool wanted)
{
    if (std::exchange(m_isWatching, wanted) == wanted)
        return;
    if (wanted)
        Qombu::Hub::current()->addReader(m_descriptor, [this] { read(); });
    else
        Qombu::Hub::current()->removeReader(m_descriptor);
}

// One read a readiness: such a read does not wait, and the descriptor, which may be shared with
// other programs, keeps its mode.
void LineStream::read()
{
    const qsizetype before = m_buffer.size();
    m_buffer.resize(before + PieceSize);
    const ssize_t count = ::read(m_descriptor, m_buffer.data() + before, size_t(PieceSize));
    m_buffer.resize(before + qMax<qsizetype>(0, count));
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    m_isAtEnd = count <= 0;
    const bool hasLine = m_buffer.indexOf('\n', before) >= 0;
    if (!hasLine && !m_isAtEnd && m_buffer.size() <= m_longest + 2)
        return;
    watch(false);
    m_tell();
}
