// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/frame.h"
#include "transports/amqp/wire/sessionchannels.h"

namespace Qombu::Amqp {

struct Method;

// What a broker says on the channels of a running connection. Plain class; the session owns it and
// all that it works on.
class ChannelProtocol
{
public:
    ChannelProtocol(SessionChannels &channels, MethodReader &methods, qint64 mostMessageBytes,
                    QByteArray &output);

    // Error::Protocol with AMQP's code: the connection must end.
    Error takeMethod(quint16 number, quint32 id, QByteArrayView arguments, TimePoint now,
                     Step &step);
    Error takeContent(const Frame &frame, Step &step);

private:
    void closing(quint16 number, quint32 id, Step &step);
    Error opening(quint16 number, SessionChannel &channel, quint32 id, Step &step);
    void closed(quint16 number, const CloseMethod &close, Step &step);
    void confirmed(quint16 number, quint32 id, const ConfirmMethod &confirm, Step &step);
    void cancelled(quint16 number, const TagMethod &cancel, Step &step);
    void flow(quint16 number, const FlowMethod &flow, Step &step);
    Error content(quint16 number, SessionChannel &channel, quint32 id, ContentMethod &&method);
    Error answer(quint16 number, SessionChannel &channel, quint32 id, const ServerMethod &method,
                 Step &step);
    void write(quint16 number, const Method &method);

    SessionChannels &m_channels;
    MethodReader &m_methods;
    AssemblyRoom &m_room;
    QByteArray &m_output;
    ContentHeaderReader m_headers;
    TimePoint m_now; // of the call that is going on
};

} // namespace Qombu::Amqp
