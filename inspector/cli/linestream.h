// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QByteArray>

#include <functional>
#include <optional>

// Lines of a pipe or terminal as they come. Reads only while next() found nothing: whoever takes no
// lines leaves them where they are. Main thread; its owner keeps the descriptor open.
class LineStream
{
public:
    explicit LineStream(int descriptor)
        : m_descriptor(descriptor)
    {
    }
    ~LineStream();
    Q_DISABLE_COPY_MOVE(LineStream)

    static bool canRead(int descriptor); // else it is a file, which never waits

    void onReadable(std::function<void()> tell) { m_tell = std::move(tell); }
    // Without its end. None: there is none now, and onReadable() tells when to ask again, or the
    // stream is at its end. A line beyond longest comes in pieces, whose size tells.
    std::optional<QByteArray> next(qsizetype longest);
    bool isAtEnd() const { return m_isAtEnd && m_buffer.isEmpty(); }
    void stop(); // reads no more; what was read is dropped

private:
    void watch(bool wanted);
    void read();
    QByteArray take(qsizetype length);

    const int m_descriptor;
    std::function<void()> m_tell;
    QByteArray m_buffer;
    qsizetype m_start = 0; // of the next line in m_buffer
    qsizetype m_seen = 0; // no line end before this
    qsizetype m_longest = 0;
    bool m_isWatching = false;
    bool m_isAtEnd = false;
};
