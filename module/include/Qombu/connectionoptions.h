// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/brokerurl.h>

#include <QtCore/qvariant.h>

#include <chrono>
#include <functional>

namespace Qombu {
class Hub;

enum class FailoverStrategy { RoundRobin, Shuffle };
enum class UncertainPublish { Resend, Fail };

// Who logs in. A plain value.
struct Credentials
{
    QString userName;
    QString password;
};

// Everything about a Connection that is not in its URL. A plain value: set before the first open.
struct QOMBU_EXPORT ConnectionOptions
{
    std::chrono::milliseconds connectTimeout = std::chrono::seconds(5); // of one attempt
    std::chrono::milliseconds requestTimeout =
        std::chrono::seconds(10); // of one request, queueing included
    std::chrono::milliseconds publishTimeout =
        std::chrono::seconds(30); // of one publish, outages included
    std::chrono::milliseconds closeTimeout = std::chrono::seconds(3); // then the link is dropped
    std::chrono::milliseconds retryFirst =
        std::chrono::milliseconds(100); // back-off: first delay …
    std::chrono::milliseconds retryMaximum =
        std::chrono::seconds(15); // … doubled up to this, ± 25 %
    int retryLimit = -1; // failed rounds through all URLs until giving up; -1: never
    FailoverStrategy failover = FailoverStrategy::RoundRobin;
    qint64 publishBufferBytes = 64 << 20; // unsettled publishes; beyond it publish() fails at once
    qint64 maximumMessageBytes = 128 << 20; // what is larger is refused
    UncertainPublish onUncertain = UncertainPublish::Resend; // the broker may have it already
    QString clientName; // shown by the broker; default: program name and process id
    // Asked before each attempt to connect, in the Connection's thread; else the URL's are used.
    std::function<Credentials(const BrokerUrl &)> credentials;
    QVariantMap transportOptions; // by Kombu's names
    Hub *hub = nullptr; // where the engine lives; null: this thread's
};

} // namespace Qombu
