// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QByteArray>

namespace Qombu::Amqp {

// AMQP 0-9-1 §4.2.3: type, channel, size, payload, end octet.
struct Frame
{
    enum Type : quint8 { Method = 1, Header = 2, Body = 3, Heartbeat = 8 };
    Type type = Method;
    quint16 channel = 0;
    QByteArrayView payload;
    // Of a content header that is larger than anybody needs: how much of it was read over, behind
    // what is in payload.
    qsizetype skipped = 0;
};

constexpr qsizetype FrameHeadBytes = 7;
constexpr qsizetype FrameExtraBytes = FrameHeadBytes + 1; // with the end octet
constexpr char FrameEnd = char(0xCE);
// RabbitMQ adds to the headers of a message that was just small enough (x-death, x-delivery-count),
// and does not keep to the frames that were agreed upon.
constexpr qsizetype MostHeaderBytes = 1 << 20;
constexpr qsizetype LeastHeaderBytes = 14; // class, weight, size of the body, flags: §4.2.6.1
constexpr quint32 LeastFrameMax = 4096; // what every peer must take: §4.2.3, frame-min-size

// The greeting of a client, §4.2.2; what a server that speaks another version answers looks alike.
constexpr char ProtocolHeader[] = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};

void appendFrame(QByteArray &out, Frame::Type type, quint16 channel, QByteArrayView payload);
void appendMethodFrame(QByteArray &out, quint16 channel, quint32 method, QByteArrayView arguments);

// For payloads that are written in place: the head before, then the end and the size.
qsizetype beginFrame(QByteArray &out, Frame::Type type, quint16 channel); // where it begins
void endFrame(QByteArray &out, qsizetype begin);

} // namespace Qombu::Amqp
