// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/amqpsession.h"

#include <QByteArray>

// What a server says, byte by byte, without the code under test.
namespace QombuTest {

QByteArray hex(const char *text); // blanks are left out
QByteArray u8(int value);
QByteArray u16(int value);
QByteArray u32(quint32 value);
QByteArray u64(quint64 value);
QByteArray shortString(const QByteArray &text);
QByteArray longString(const QByteArray &text);

QByteArray frame(int type, int channel, const QByteArray &payload);
QByteArray method(int channel, quint32 id, const QByteArray &arguments = {});

QByteArray startMethod(const QByteArray &mechanisms = "AMQPLAIN PLAIN");
QByteArray tuneMethod(int channelMax = 2047, quint32 frameMax = 131072, int heartbeat = 60);
QByteArray openOk();
QByteArray closeMethod(int channel, int code, const QByteArray &text, quint32 failed = 0);
QByteArray deliver(int channel, quint64 number, const QByteArray &body,
                   const QByteArray &exchange = "x", const QByteArray &routingKey = "k");
QByteArray deliverHead(int channel, const QByteArray &exchange = "x"); // its method alone
QByteArray contentHeader(int channel, quint64 bytes);
QByteArray body(int channel, const QByteArray &bytes);

extern const Qombu::Amqp::TimePoint T0;

// "ready", "answer 1 queue.declare-ok q 3 1", …, each event one entry.
QByteArrayList eventTexts(const Qombu::Amqp::Step &step);
// The frames in there: "1 channel.open" or, with content, "1 header 12".
QByteArrayList frameTexts(const QByteArray &output);

// Takes the whole handshake.
void makeReady(Qombu::Amqp::AmqpSession &session, int heartbeat = 60);
// Opens channels 1 to count.
void openChannels(Qombu::Amqp::AmqpSession &session, int count);

} // namespace QombuTest
