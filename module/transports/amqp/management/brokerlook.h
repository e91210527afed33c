// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/management/managementcaller.h"

#include <Qombu/brokeroverview.h>

namespace Qombu::Amqp {

// Asks the management API for the broker as a whole, and for the rules of a virtual host. Hub's
// thread; answers nothing when its API is gone.
class BrokerLook
{
public:
    // user: whose permissions are asked for; empty: of who asks.
    BrokerLook(ManagementApi *api, const QString &virtualHost, const QString &user)
        : m_api(api)
        , m_virtualHost(virtualHost)
        , m_user(user)
    {
    }

    void overview(Done<BrokerOverview> done);
    void policies(Done<QList<PolicyRow>> done);
    void permissions(Done<Permissions> done);

private:
    void askOverview(const ManagementCaller &caller, Hub::TimePoint until,
                     Done<BrokerOverview> done);
    void addNodes(BrokerOverview &&overview, Hub::TimePoint until, Done<BrokerOverview> done);
    QStringList gapsOfNumbers(const BrokerOverview &overview) const;
    void askPermissions(Permissions &&known, Hub::TimePoint until, Done<Permissions> done);
    void addTopics(Permissions &&known, Hub::TimePoint until, Done<Permissions> done);
    QByteArray usersPath(const char *list, const QString &user) const;

    ManagementApi *const m_api;
    const QString m_virtualHost;
    const QString m_user;
};

} // namespace Qombu::Amqp
