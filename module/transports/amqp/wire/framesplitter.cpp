// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/framesplitter.h"

#include "transports/amqp/wire/amqperror.h"
#include "transports/amqp/wire/amqptext.h"

#include <QtEndian>

#include <algorithm>
#include <cstring>

namespace Qombu::Amqp {

namespace {

qsizetype frameBytes(const char *head)
{
    return qsizetype(qFromBigEndian<quint32>(head + 3)) + FrameExtraBytes;
}

// What a first byte that begins no frame says about who is there.
QString stranger(const char *head)
{
    if (std::memcmp(head, ProtocolHeader, 4) == 0)
        return Text::tr("The broker speaks AMQP %1-%2, Qombu AMQP 0-9-1")
            .arg(int(quint8(head[5])))
            .arg(int(quint8(head[6])));
    constexpr char tlsAlert = 21;
    if (head[0] == tlsAlert)
        return Text::tr("A TLS server answers here: amqps:// speaks to it");
    return Text::tr("What answers here is no AMQP broker: look at the port");
}

} // namespace

std::optional<Frame> FrameSplitter::next()
{
    if (m_error.isError())
        return std::nullopt;
    if (m_isPartialDone)
        startAnew();
    if (m_partial.isEmpty() && m_input.size() >= FrameHeadBytes) {
        const char *frame = m_input.data();
        if (!checkHead(frame))
            return std::nullopt;
        const qsizetype bytes = frameBytes(frame);
        if (m_input.size() >= bytes && keptBytes(frame) == bytes) {
            m_input = m_input.sliced(bytes);
            return finish(frame, bytes - FrameExtraBytes, frame[bytes - 1]);
        }
    }
    if (!collect(FrameHeadBytes) || !checkHead(m_partial.constData()))
        return std::nullopt;
    const qsizetype bytes = frameBytes(m_partial.constData());
    const qsizetype kept = keptBytes(m_partial.constData());
    if (!collect(kept) || !skip(bytes - kept))
        return std::nullopt;
    m_isPartialDone = true;
    if (kept == bytes)
        return finish(m_partial.constData(), bytes - FrameExtraBytes, m_partial.back());
    return finish(m_partial.constData(), kept - FrameHeadBytes, m_lastSkipped);
}

// What was larger than usual is not kept.
void FrameSplitter::startAnew()
{
    if (m_partial.capacity() > qsizetype(m_frameMax))
        m_partial = QByteArray();
    m_partial.resize(0);
    m_skipped = 0;
    m_isPartialDone = false;
}

// How much of a frame goes on: of a header that is too large only what tells the size of the body.
qsizetype FrameSplitter::keptBytes(const char *head) const
{
    const qsizetype bytes = frameBytes(head);
    const bool isTooLarge =
        head[0] == Frame::Header && bytes > std::max(qsizetype(m_frameMax), MostHeaderBytes);
    return isTooLarge ? FrameHeadBytes + LeastHeaderBytes : bytes;
}

// Until m_partial has so many bytes.
bool FrameSplitter::collect(qsizetype bytes)
{
    const qsizetype more = std::clamp<qsizetype>(bytes - m_partial.size(), 0, m_input.size());
    m_partial.append(m_input.first(more));
    m_input = m_input.sliced(more);
    return m_partial.size() >= bytes;
}

// Until so many bytes were read over, the end of the frame among them.
bool FrameSplitter::skip(qsizetype bytes)
{
    const qsizetype more = std::clamp<qsizetype>(bytes - m_skipped, 0, m_input.size());
    if (more > 0)
        m_lastSkipped = m_input[more - 1];
    m_skipped += more;
    m_input = m_input.sliced(more);
    return m_skipped >= bytes;
}

// §4.2.3: a frame of another type ends the connection without a word, one that is too large with
// code 501.
bool FrameSplitter::checkHead(const char *head)
{
    const quint8 type = quint8(head[0]);
    const bool isKnown = type == Frame::Method || type == Frame::Header || type == Frame::Body
        || type == Frame::Heartbeat;
    if (!isKnown && !m_hasStarted)
        fail(stranger(head), 0);
    else if (!isKnown)
        fail(Text::tr("The broker sent a frame of the unknown type %1").arg(type), 0);
    else if (!(type == Frame::Header && m_hasStarted) && frameBytes(head) > qsizetype(m_frameMax))
        fail(Text::tr("The broker sent a frame of %1 bytes; at most %2 were agreed upon")
                 .arg(frameBytes(head))
                 .arg(m_frameMax),
             FrameErrorCode);
    return !m_error.isError();
}

std::optional<Frame> FrameSplitter::finish(const char *frame, qsizetype payload, char end)
{
    if (end != FrameEnd)
        return fail(Text::tr("A frame from the broker does not end where it should"),
                    FrameErrorCode);
    m_hasStarted = true;
    return Frame{Frame::Type(quint8(frame[0])), qFromBigEndian<quint16>(frame + 1),
                 QByteArrayView(frame + FrameHeadBytes, payload),
                 frameBytes(frame) - FrameExtraBytes - payload};
}

std::optional<Frame> FrameSplitter::fail(const QString &text, int replyCode)
{
    m_error = Error(Error::Protocol, text).withReplyCode(replyCode);
    m_partial.clear();
    m_input = {};
    return std::nullopt;
}

} // namespace Qombu::Amqp
