// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/brokerprocess.h"

#include <Qombu/consumer.h>
#include <Qombu/producer.h>

#include <optional>

namespace QombuTest {

// Restarts a server under a program that publishes and consumes, and takes the time from the moment
// the server answers until a message that was published meanwhile has come. Test's thread.
class Restarts : public QObject
{
    Q_OBJECT
public:
    explicit Restarts(Qombu::Hub *hub = nullptr); // of the connection's engine

    [[nodiscard]] bool begin(); // the server runs, the consumer consumes
    // Kills the server, brings it back on its port once so many attempts to connect have failed,
    // and answers how long it took; none: not within a minute.
    std::optional<std::chrono::milliseconds> restart(int failedAttempts);

private:
    BrokerProcess m_server;
    Qombu::Hub *const m_hub;
    std::unique_ptr<Qombu::Connection> m_connection;
    std::unique_ptr<Qombu::Consumer> m_consumer;
    std::unique_ptr<Qombu::Producer> m_producer;
    int m_failures = 0;
    int m_published = 0;
    int m_received = 0; // the body of the last one
};

} // namespace QombuTest
