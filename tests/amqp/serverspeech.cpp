// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/serverspeech.h"

#include <QtEndian>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace std::chrono_literals;

namespace QombuTest {

const TimePoint T0(1000s);

QByteArray hex(const char *text)
{
    return QByteArray::fromHex(text);
}

QByteArray u8(int value)
{
    return QByteArray(1, char(value));
}

QByteArray u16(int value)
{
    return u8(value >> 8) + u8(value);
}

QByteArray u32(quint32 value)
{
    return u16(int(value >> 16)) + u16(int(value & 0xFFFF));
}

QByteArray u64(quint64 value)
{
    return u32(quint32(value >> 32)) + u32(quint32(value));
}

QByteArray shortString(const QByteArray &text)
{
    return u8(int(text.size())) + text;
}

QByteArray longString(const QByteArray &text)
{
    return u32(quint32(text.size())) + text;
}

QByteArray frame(int type, int channel, const QByteArray &payload)
{
    return u8(type) + u16(channel) + longString(payload) + '\xCE';
}

QByteArray method(int channel, quint32 id, const QByteArray &arguments)
{
    return frame(1, channel, u32(id) + arguments);
}

QByteArray startMethod(const QByteArray &mechanisms)
{
    const QByteArray properties = shortString("product") + 'S' + longString("RabbitMQ");
    return method(0, MethodId::ConnectionStart,
                  u8(0) + u8(9) + longString(properties) + longString(mechanisms)
                      + longString("en_US"));
}

QByteArray tuneMethod(int channelMax, quint32 frameMax, int heartbeat)
{
    return method(0, MethodId::ConnectionTune, u16(channelMax) + u32(frameMax) + u16(heartbeat));
}

QByteArray openOk()
{
    return method(0, MethodId::ConnectionOpenOk, shortString(""));
}

QByteArray closeMethod(int channel, int code, const QByteArray &text, quint32 failed)
{
    return method(channel, channel == 0 ? MethodId::ConnectionClose : MethodId::ChannelClose,
                  u16(code) + shortString(text) + u32(failed));
}

QByteArray deliverHead(int channel, const QByteArray &exchange)
{
    return method(channel, MethodId::BasicDeliver,
                  shortString("t") + u64(1) + u8(0) + shortString(exchange) + shortString("k"));
}

QByteArray contentHeader(int channel, quint64 bytes)
{
    return frame(2, channel, u16(60) + u16(0) + u64(bytes) + u16(0));
}

QByteArray body(int channel, const QByteArray &bytes)
{
    return frame(3, channel, bytes);
}

QByteArray deliver(int channel, quint64 number, const QByteArray &bytes, const QByteArray &exchange,
                   const QByteArray &routingKey)
{
    QByteArray all = method(channel, MethodId::BasicDeliver,
                            shortString("tag") + u64(number) + u8(0) + shortString(exchange)
                                + shortString(routingKey))
        + contentHeader(channel, quint64(bytes.size()));
    return bytes.isEmpty() ? all : all + body(channel, bytes);
}

static QByteArray eventName(SessionEvent::Type type)
{
    static const QByteArrayList names{
        "ready",         "closed",        "blocked",       "unblocked",
        "secretUpdated", "channelOpened", "channelClosed", "channelEnded",
        "answer",        "delivered",     "fetched",       "returned",
        "acked",         "nacked",        "flow",          "consumerCancelled"};
    return names[type];
}

QByteArrayList eventTexts(const Step &step)
{
    QByteArrayList texts;
    for (const SessionEvent &event : step.events) {
        QByteArray text = eventName(event.type);
        if (event.channel > 0)
            text += " " + QByteArray::number(event.channel);
        if (event.type == SessionEvent::Answer)
            text += " " + methodName(event.method).toUtf8();
        if (!event.name.isEmpty())
            text += " " + event.name.toUtf8();
        if (!event.tag.isEmpty())
            text += " " + event.tag;
        if (event.number > 0)
            text += " #" + QByteArray::number(event.number);
        if (!event.isActive)
            text += " off";
        if (event.multiple)
            text += " multiple";
        if (event.messageCount > 0 || event.consumerCount > 0)
            text += " " + QByteArray::number(event.messageCount) + "/"
                + QByteArray::number(event.consumerCount);
        if (event.content)
            text += " " + event.content->exchange.toUtf8() + "/"
                + event.content->routingKey.toUtf8() + ":" + event.content->body;
        if (event.why.isError())
            text += " !" + QByteArray::number(event.why.kind()) + ","
                + QByteArray::number(event.why.replyCode());
        texts << text;
    }
    if (step.fatal.isError())
        texts << "fatal " + QByteArray::number(step.fatal.kind()) + ","
                + QByteArray::number(step.fatal.replyCode()) + ": " + step.fatal.text().toUtf8();
    return texts;
}

QByteArrayList frameTexts(const QByteArray &output)
{
    QByteArrayList texts;
    qsizetype at = 0;
    while (output.size() - at >= 8) {
        const char *head = output.data() + at;
        if (output.mid(at, 4) == "AMQP") {
            texts << "greeting";
            at += 8;
            continue;
        }
        const quint32 bytes = qFromBigEndian<quint32>(head + 3);
        QByteArray text = QByteArray::number(qFromBigEndian<quint16>(head + 1)) + " ";
        if (head[0] == 1)
            text += methodName(qFromBigEndian<quint32>(head + 7)).toUtf8();
        else
            text += (head[0] == 2       ? "header "
                         : head[0] == 3 ? "body "
                                        : "heartbeat ")
                + QByteArray::number(bytes);
        texts << text + (output.at(at + 7 + bytes) == '\xCE' ? "" : " BROKEN");
        at += 8 + bytes;
    }
    if (at != output.size())
        texts << "BROKEN";
    return texts;
}

void makeReady(AmqpSession &session, int heartbeat)
{
    session.start(T0);
    session.feed(QByteArray(startMethod() + tuneMethod(2047, 131072, heartbeat) + openOk()), T0);
    session.takeOutput();
}

void openChannels(AmqpSession &session, int count)
{
    for (int i = 0; i < count; ++i) {
        const quint16 number = session.openChannel(T0);
        session.feed(method(number, MethodId::ChannelOpenOk, longString("")), T0);
    }
    session.takeOutput();
}

} // namespace QombuTest
