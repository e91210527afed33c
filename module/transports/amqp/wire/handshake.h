// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/methodreader.h"
#include "transports/amqp/wire/sessionsettings.h"

namespace Qombu::Amqp {

// Start, Secure, Tune and Open of a connection (AMQP 0-9-1 §2.2.4). Plain class; the session owns
// it.
class Handshake
{
public:
    explicit Handshake(const SessionSettings &settings)
        : m_settings(settings)
    {
    }

    void start(QByteArray &output);
    // Takes what the server says next; what we answer is appended.
    Error take(quint32 id, const ServerMethod &method, QByteArray &output);
    bool isDone() const { return m_state == Done; }
    bool mayClose() const { return m_state != WaitsForStart; } // the peer speaks AMQP
    // What the end of the stream means before isDone(): some servers say no more than that.
    Error endOfStream() const;
    QString awaited() const; // for a person, when it does not come

    const QVariantMap &serverProperties() const { return m_serverProperties; }
    const TuneMethod &agreed() const { return m_agreed; }

private:
    enum State { WaitsForStart, WaitsForTune, WaitsForOpen, Done };

    Error answerStart(const StartMethod &start, QByteArray &output);
    Error answerTune(const TuneMethod &tune, QByteArray &output);
    Result<QByteArray> loginResponse() const;
    QVariantMap clientProperties() const;

    const SessionSettings &m_settings;
    State m_state = WaitsForStart;
    QVariantMap m_serverProperties;
    TuneMethod m_agreed;
};

} // namespace Qombu::Amqp
