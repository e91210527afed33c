// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/result.h>

#include <QtNetwork/qhostaddress.h>

#include <functional>
#include <memory>

namespace Qombu {

// Finds the addresses of one host name at a time, without blocking. Lives in its Hub's thread,
// where the answer arrives; destroying it cancels.
class HostResolver
{
public:
    using Callback = std::function<void(const Result<QList<QHostAddress>> &addresses)>;

    HostResolver() = default;
    ~HostResolver();
    Q_DISABLE_COPY_MOVE(HostResolver)

    // The address that host is already, if it is one: "127.0.0.1", "::1", "[::1]".
    static QHostAddress literal(const QString &host);

    // Asks the system, whatever it said before: a name moves with a failover, and Qt's own lookup
    // remembers for a minute. Calls back from the event loop, with at least one address in the
    // order of the system's preference, or with an error. The callback may destroy the resolver.
    void resolve(const QString &host, Callback callback);
    void cancel();

private:
    class Lookup;

    std::shared_ptr<Lookup> m_lookup;
};

} // namespace Qombu
