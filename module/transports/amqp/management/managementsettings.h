// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/tlsoptions_p.h"
#include "port/transport.h"

#include <QtCore/qurl.h>

namespace Qombu::Amqp {

// Where the management API of a link's broker is, and who asks it. A value.
struct ManagementSettings
{
    bool isOn = false; // as the option "management" says
    QUrl base; // "http://localhost:15672", before "/api/"
    bool isBaseGiven = false; // by the option "management_url"
    TlsOptions tls; // where base is https
    // Of the link, or of the options management_user and management_password.
    QString user;
    QString password;
    bool isOwnUser = false; // by the options
    bool isExternal = false; // the link logs in by its certificate
    QString virtualHost = QStringLiteral("/");
    // Of one question, waiting for others included.
    std::chrono::nanoseconds timeout = std::chrono::milliseconds(7500);
    // As in LinkSetup.
    std::function<void(const AnswerCredentials &)> askCredentials = nullptr;
};

} // namespace Qombu::Amqp
