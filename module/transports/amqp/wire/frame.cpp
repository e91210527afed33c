// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/frame.h"

#include <QtEndian>

namespace Qombu::Amqp {

qsizetype beginFrame(QByteArray &out, Frame::Type type, quint16 channel)
{
    const qsizetype begin = out.size();
    out.resize(begin + FrameHeadBytes);
    char *head = out.data() + begin;
    head[0] = char(type);
    qToBigEndian(channel, head + 1);
    return begin;
}

void endFrame(QByteArray &out, qsizetype begin)
{
    qToBigEndian(quint32(out.size() - begin - FrameHeadBytes), out.data() + begin + 3);
    out.append(FrameEnd);
}

void appendFrame(QByteArray &out, Frame::Type type, quint16 channel, QByteArrayView payload)
{
    const qsizetype begin = beginFrame(out, type, channel);
    out.append(payload);
    endFrame(out, begin);
}

void appendMethodFrame(QByteArray &out, quint16 channel, quint32 method, QByteArrayView arguments)
{
    const qsizetype begin = beginFrame(out, Frame::Method, channel);
    char id[4];
    qToBigEndian(method, id);
    out.append(id, sizeof id);
    out.append(arguments);
    endFrame(out, begin);
}

} // namespace Qombu::Amqp
