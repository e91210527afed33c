// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/frame.h"

#include <Qombu/error.h>

#include <optional>

namespace Qombu::Amqp {

// Cuts the bytes of one server into frames. Sans-IO. Keeps at most one unfinished frame, and
// allocates nothing for bytes that are only announced.
class FrameSplitter
{
public:
    // Of the whole frame with its head and end. A content header may be larger: the consumer of a
    // message cannot know who made it so large, and would get it again and again. Before
    // Connection.Tune: LeastFrameMax is too small for the server properties of some, so that it
    // begins with what we would agree to at most.
    void setFrameMax(quint32 bytes) { m_frameMax = bytes; }

    // Any split of the stream gives the same frames. The bytes must stay where they are until
    // next() gives nothing.
    void feed(QByteArrayView bytes) { m_input = bytes; }
    // The payload is good until the next call of anything here.
    std::optional<Frame> next();
    // The stream is broken; replyCode() is for Connection.Close, 0: say nothing to this peer.
    Error error() const { return m_error; }
    qsizetype capacity() const { return m_partial.capacity(); } // what it holds

private:
    void startAnew();
    qsizetype keptBytes(const char *head) const;
    bool collect(qsizetype bytes);
    bool skip(qsizetype bytes);
    bool checkHead(const char *head);
    std::optional<Frame> fail(const QString &text, int replyCode);
    std::optional<Frame> finish(const char *frame, qsizetype payload, char end);

    quint32 m_frameMax = 131072;
    QByteArrayView m_input; // not read yet
    QByteArray m_partial; // the beginning of a frame
    bool m_isPartialDone = false; // m_partial was the last frame
    qsizetype m_skipped = 0; // bytes behind m_partial
    char m_lastSkipped = 0;
    bool m_hasStarted = false;
    Error m_error;
};

} // namespace Qombu::Amqp
