// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/tlsoptions_p.h"
#include "transports/amqp/publishing/nativedelay.h"

#include <Qombu/brokerurl.h>
#include <Qombu/connectionoptions.h>
#include <Qombu/result.h>

#include <QtCore/qurl.h>

#include <chrono>

namespace Qombu::Amqp {

// Everything about an AMQP link that a person can set, read from URL and transport options and
// checked: Kombu's names, and defaults that keep what is published. A plain value.
struct AmqpOptions
{
    // Error::Configuration names the part that is wrong and, for an unknown option, the closest
    // known one. Values may be typed or text. Options win over the query of the URL.
    static Result<AmqpOptions> parse(const BrokerUrl &url, const ConnectionOptions &options);

    QString host = QStringLiteral("127.0.0.1");
    int port = 5672;
    TlsOptions tls;
    QString user = QStringLiteral("guest");
    QString password = QStringLiteral("guest");
    QString virtualHost = QStringLiteral("/");
    QString connectionName;
    QByteArray loginMethod = "PLAIN"; // or AMQPLAIN, EXTERNAL
    QVariantMap clientProperties;
    std::chrono::milliseconds connectTimeout = std::chrono::seconds(5);
    std::chrono::milliseconds heartbeat = std::chrono::seconds(60); // 0: none
    int channelMax = 2047;
    int frameMax = 131072;
    bool confirmsPublishes = true;
    NativeDelay::Settings delay;
    // RabbitMQ's management API.
    bool usesManagement = true;
    QUrl managementUrl; // before "/api/"
    bool isManagementUrlGiven = false; // else it is where it usually is on host
    QString managementUser; // empty: the user of the link
    QString managementPassword;
    // Why the connection is not safe, though it is encrypted. Empty: it is.
    QString insecure() const;

    QStringList withoutEffect; // options of Kombu that were given and mean nothing here
};

} // namespace Qombu::Amqp
