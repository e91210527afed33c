// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "amqp/serverspeech.h"
#include "support/rabbitprocess.h"

#include <QElapsedTimer>
#include <QTcpSocket>
#include <QtEndian>

namespace QombuTest {

// The session on a real RabbitMQ, over a socket that blocks; and the sizes of all frames.
class BlockingPeer
{
public:
    using AmqpSession = Qombu::Amqp::AmqpSession;
    using Method = Qombu::Amqp::Method;
    using SessionEvent = Qombu::Amqp::SessionEvent;
    using SessionSettings = Qombu::Amqp::SessionSettings;
    using TimePoint = Qombu::Amqp::TimePoint;

    BlockingPeer(const RabbitProcess &broker, SessionSettings settings)
        : m_session(std::move(settings))
    {
        m_socket.connectToHost(QStringLiteral("127.0.0.1"), broker.port());
        m_socket.waitForConnected(5000);
        m_clock.start();
        m_session.start(now());
        m_greeting = m_session.outputBytes();
    }

    AmqpSession &session() { return m_session; }
    const Qombu::Error &fatal() const { return m_fatal; }
    TimePoint now() const { return TimePoint(std::chrono::nanoseconds(m_clock.nsecsElapsed())); }

    // Events until one of this type; an event of type Ready with an error when it does not come.
    SessionEvent await(SessionEvent::Type type)
    {
        while (true) {
            for (auto event = m_events.begin(); event != m_events.end(); ++event) {
                if (event->type == type) {
                    const SessionEvent found = *event;
                    m_events.erase(m_events.begin(), event + 1);
                    return found;
                }
            }
            if (m_fatal.isError() || !turn())
                return missing();
        }
    }
    SessionEvent request(quint16 channel, const Qombu::Result<Method> &method,
                         SessionEvent::Type type = SessionEvent::Answer)
    {
        m_session.send(channel, *method, now());
        return await(type);
    }
    quint16 open()
    {
        m_session.openChannel(now());
        return await(SessionEvent::ChannelOpened).channel;
    }

    // Past the session: what no session says.
    void writeRaw(const QByteArray &bytes)
    {
        write();
        m_socket.write(bytes);
    }
    qsizetype largestSent() const { return m_sent.largest; }
    qsizetype largestReceived() const { return m_received.largest; }

private:
    // The frames of one direction.
    struct Frames
    {
        void add(const QByteArray &bytes)
        {
            rest += bytes;
            while (rest.size() >= Qombu::Amqp::FrameHeadBytes) {
                const qsizetype size =
                    qFromBigEndian<quint32>(rest.constData() + 3) + Qombu::Amqp::FrameExtraBytes;
                if (rest.size() < size)
                    return;
                largest = std::max(largest, size);
                rest.remove(0, size);
            }
        }
        QByteArray rest;
        qsizetype largest = 0;
    };

    static SessionEvent missing()
    {
        SessionEvent event;
        event.why = Qombu::Error(Qombu::Error::Timeout, QStringLiteral("it did not come"));
        return event;
    }

    bool turn()
    {
        write();
        if (!m_socket.waitForReadyRead(30000))
            return false;
        const QByteArray bytes = m_socket.readAll();
        m_received.add(bytes);
        Qombu::Amqp::Step step = m_session.feed(bytes, now());
        for (SessionEvent &event : step.events)
            m_events.push_back(std::move(event));
        m_fatal = step.fatal;
        write();
        m_socket.flush();
        return true;
    }

    void write()
    {
        const QByteArray bytes = m_session.takeOutput();
        m_sent.add(bytes.sliced(std::exchange(m_greeting, 0)));
        m_socket.write(bytes);
    }

    QElapsedTimer m_clock;
    QTcpSocket m_socket;
    AmqpSession m_session;
    qsizetype m_greeting = 0; // bytes of it, which are no frame
    Frames m_sent;
    Frames m_received;
    std::vector<SessionEvent> m_events;
    Qombu::Error m_fatal;
};

} // namespace QombuTest
