// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QVariantMap>

#include <chrono>

namespace Qombu::Amqp {

using TimePoint = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

// What a session needs to know before it starts.
struct SessionSettings
{
    QString user = QStringLiteral("guest");
    QString password = QStringLiteral("guest");
    QByteArray mechanism = "PLAIN"; // or AMQPLAIN, EXTERNAL
    QString virtualHost = QStringLiteral("/");
    QString connectionName = {};
    QVariantMap clientProperties = {}; // win over our own, but for the capabilities
    quint16 heartbeatSeconds = 60; // 0: none, whatever the server wants
    quint16 channelMax = 2047; // at most; 0: what the server allows
    quint32 frameMax = 131072; // at most
    std::chrono::nanoseconds replyTimeout = std::chrono::seconds(10);
    qint64 maximumMessageBytes = 256 << 20;
};

} // namespace Qombu::Amqp
