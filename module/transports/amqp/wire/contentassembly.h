// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/contentheader.h"
#include "transports/amqp/wire/frame.h"
#include "transports/amqp/wire/methodreader.h"
#include "transports/amqp/wire/sessionevent.h"

namespace Qombu::Amqp {

// How many bytes of unfinished messages all channels of a connection hold together.
struct AssemblyRoom
{
    qint64 mostOfOne = 0;
    qint64 most = 0;
    qint64 used = 0;
};

// Puts the frames of one message on one channel together: method, header, bodies (AMQP 0-9-1
// §4.2.6). A message that is larger than the limit is read over and told as an error of its own.
class ContentAssembly
{
public:
    ContentAssembly() = default;
    ~ContentAssembly() { leaveRoom(); }
    Q_DISABLE_COPY_MOVE(ContentAssembly)

    bool isIdle() const { return m_state == Idle; }

    void begin(quint16 channel, quint32 id, ContentMethod &&method);
    // Error::Protocol with AMQP's code; each may complete the message.
    Error addHeader(const Frame &frame, ContentHeaderReader &reader, AssemblyRoom &room);
    Error addBody(QByteArrayView payload);

    void drop(); // what there is of the message; idle then
    bool isComplete() const { return m_state == Complete; }
    SessionEvent take(); // the message; idle then

private:
    void append(QByteArrayView part);
    void skip(const Error &why);
    void leaveRoom();

    enum State { Idle, WaitsForHeader, WaitsForBody, Complete };
    State m_state = Idle;
    bool m_isSkipped = false;
    quint64 m_missing = 0; // bytes of the body
    AssemblyRoom *m_room = nullptr; // with the bytes that there are
    SessionEvent m_event;
    ContentMethod m_method;
};

} // namespace Qombu::Amqp
