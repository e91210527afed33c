// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/management/managementapi.h"

#include <QtCore/qstringlist.h>

namespace Qombu::Amqp {

// Who asks the management API, and what its tags let it see. A plain value.
struct ManagementCaller
{
    // Asked each time: somebody may change tags while a window is open.
    static void ask(ManagementApi *api, Hub::TimePoint until, Done<ManagementCaller> done);

    bool isAdministrator() const { return tags.contains(u"administrator"); }
    // Nodes, and connections and channels of others.
    bool seesAll() const { return isAdministrator() || tags.contains(u"monitoring"); }
    QString gapOfClients() const; // a sentence; empty: there is none

    QString user;
    QStringList tags;
};

} // namespace Qombu::Amqp
