// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/tlsoptions_p.h"
#include "virtual/envelope/envelope.h"
#include "virtual/queueing/fairschedule.h"
#include "virtual/routing/topicpattern.h"

#include <Qombu/brokerurl.h>
#include <Qombu/connectionoptions.h>
#include <Qombu/result.h>

#include <QByteArray>

#include <chrono>
#include <optional>
#include <vector>

namespace Qombu::Redis {

// Everything about a Redis link that a person can set, read from URL and transport options and
// checked: Kombu's names and defaults, and a few of our own. A plain value.
struct RedisOptions
{
    using Duration = std::chrono::milliseconds;

    enum class Contention { Auto, Yield, Share };
    enum class TopicSemantics { Kombu, Amqp };

    // Error::Configuration names the part that is wrong and, for an unknown option, the closest
    // known one. Values may be typed or text. Options win over the query of the URL.
    static Result<RedisOptions> parse(const BrokerUrl &url, const ConnectionOptions &options);

    QString host = QStringLiteral("127.0.0.1");
    int port = 6379;
    QString socketPath; // not empty: a unix socket instead of host and port
    TlsOptions tls;
    QString user; // empty: the server's default user
    QString password; // null: none
    int database = 0;
    QString clientName;

    QByteArray keyPrefix;
    QByteArray separator = QByteArrayLiteral("\x06\x16");
    std::vector<int> prioritySteps = {0, 3, 6, 9};
    QueueOrder queueOrder = QueueOrder::RoundRobin;
    QByteArray unackedKey = QByteArrayLiteral("unacked");
    QByteArray unackedIndexKey = QByteArrayLiteral("unacked_index");
    QByteArray unackedMutexKey = QByteArrayLiteral("unacked_mutex"); // Kombu's; not used here
    Duration visibilityTimeout = std::chrono::hours(1);
    bool isVisibilityTimeoutGiven = false; // what other programs hold goes back by it, too
    std::optional<int> restoreLimit; // messages a sweep; nothing: no limit
    Duration restoreInterval = std::chrono::seconds(10);
    QByteArray fanoutPrefix; // "{db}" replaced; empty: none
    bool fanoutPatterns = true;
    Duration healthCheckInterval = std::chrono::seconds(25); // 0: never
    Duration connectTimeout = std::chrono::seconds(5);
    Envelope::BodyEncoding bodyEncoding = Envelope::BodyEncoding::Base64;
    QString deadLetterQueue; // where messages go that no binding takes; empty: nowhere

    // Ours.
    TopicSemantics topicSemantics = TopicSemantics::Kombu;
    Topic::Dialect topicPattern = Topic::Dialect::Kombu57; // how a binding to a topic is stored
    Contention contention = Contention::Auto;
    bool tracking = true; // false: queues are polled
    Duration renewInterval = std::chrono::seconds(10);
    qint64 maximumElementBytes = 64 << 20; // larger ones are quarantined, never fetched
    int quarantineLimit = 10000; // elements a queue
    QStringList withoutEffect; // options of Kombu that were given and mean nothing here

    // How often what is held is renewed: the first time within a tenth of the visibility timeout.
    std::chrono::nanoseconds leaseInterval() const;
    // How long everybody who lives needs to renew once.
    std::chrono::nanoseconds leaseRound() const { return leaseInterval() * 3 / 2; }
};

} // namespace Qombu::Redis
