// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/method.h"
#include "transports/amqp/wire/sessionsettings.h"

#include <QHash>

#include <memory>

namespace Qombu::Amqp {

// The requests at which a broker ended whole connections, as RabbitMQ does at an exchange of a type
// that it does not know: asked again after each reconnect, they would end one connection after the
// other. Plain class, one for all links of a Connection.
class FatalRequests
{
public:
    // The broker ended a connection, and may have meant any of these: one alone is guilty, of
    // several each is suspected.
    void connectionEnded(const std::vector<Method> &candidates, const Error &why, TimePoint now);
    // Why it must not be sent: for good, or (recoverable) because another suspect is on its way.
    Error refusalOf(const Method &method, TimePoint now);
    bool isSuspect(const Method &method) const { return m_suspects.contains(keyOf(method)); }
    void answered(const Method &method); // it is none of them
    void refused(const Method &method) { m_suspects.remove(keyOf(method)); } // that did no harm
    // Of a suspect: while somebody has it, no other may be sent.
    std::shared_ptr<void> passage();

    // A connection ended because it had more channels than its user may have.
    void limitChannels(quint16 most) { m_mostChannels = most; }
    quint16 mostChannels() const { return m_mostChannels; } // 0: nothing is known

private:
    static QByteArray keyOf(const Method &method);

    struct Verdict
    {
        Error why;
        TimePoint since;
        int times = 1;
    };
    QHash<QByteArray, Verdict> m_guilty;
    QHash<QByteArray, TimePoint> m_suspects;
    std::weak_ptr<void> m_passage;
    quint16 m_mostChannels = 0;
};

} // namespace Qombu::Amqp
