// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "net/endpoint.h"
#include "net/hostresolver.h"
#include "net/posixsocket.h"

#include <Qombu/error.h>
#include <Qombu/hub.h>

#include <QtCore/qstringlist.h>

#include <deque>

namespace Qombu {

// Makes one connected socket of an endpoint: looks the name up, tries every address in turn, keeps
// one deadline over all of it. Hub's thread; destroying it cancels.
class Connector
{
public:
    // A connected socket, or an error. May destroy the Connector.
    using Callback = std::function<void(PosixSocket socket, const Error &error)>;

    Connector(Hub *hub, const Endpoint &endpoint, Hub::Duration timeout, Callback callback);
    ~Connector();
    Q_DISABLE_COPY_MOVE(Connector)

    // Calls back from the event loop, once.
    void start();
    // The same, where the addresses are known already.
    void startWith(const QList<QHostAddress> &addresses);

private:
    void startClock();
    void connectToAddresses(const QList<QHostAddress> &addresses);
    void tryNext();
    void attempt();
    void attemptEnded(int error);
    void attemptFailed(int error);
    Hub::Duration shareOfTime() const;
    void abandonAttempt();
    void fail(const QString &reason, int error);
    void finish(PosixSocket socket, const Error &error);

    Hub *const m_hub;
    const Endpoint m_endpoint;
    const Hub::Duration m_timeout;
    Callback m_callback;
    Hub::TimePoint m_end{};
    HostResolver m_resolver;
    std::deque<SocketAddress> m_addresses; // not tried yet
    SocketAddress m_address; // being tried
    QStringList m_tried;
    int m_lastError = 0;
    PosixSocket m_socket;
    HubHandle m_deadline; // of everything
    HubHandle m_attemptEnd; // of this address
    HubHandle m_soon;
};

} // namespace Qombu
