// SPDX-License-Identifier: BSD-3-Clause
#include "support/restarts.h"

#include <QElapsedTimer>
#include <QTest>

namespace QombuTest {

using namespace Qombu;

namespace {

constexpr int longest = 60'000; // milliseconds

} // namespace

Restarts::Restarts(Hub *hub)
    : m_hub(hub)
{
}

bool Restarts::begin()
{
    if (!m_server.start()) {
        qWarning("%s", qPrintable(m_server.errorText()));
        return false;
    }
    ConnectionOptions options;
    options.hub = m_hub;
    options.publishTimeout = std::chrono::minutes(5);
    m_connection = std::make_unique<Connection>(m_server.url(), options);
    m_consumer = std::make_unique<Consumer>(m_connection.get(), Queue("restarts"));
    m_producer = std::make_unique<Producer>(m_connection.get(), Queue("restarts"));
    connect(m_connection.get(), &Connection::reconnecting, this, [this] { ++m_failures; });
    connect(m_consumer.get(), &Consumer::messageReceived, this, [this](const Message &message) {
        m_received = message.body().toInt();
        message.ack();
    });
    m_consumer->start();
    return QTest::qWaitFor([this] { return m_consumer->state() == Consumer::Consuming; }, longest);
}

std::optional<std::chrono::milliseconds> Restarts::restart(int failedAttempts)
{
    m_server.kill();
    m_failures = 0; // the loss is told as the first
    if (!QTest::qWaitFor([&] { return m_failures > failedAttempts; }, longest))
        return std::nullopt;
    const int next = ++m_published;
    m_producer->publish(next);
    if (!m_server.restart())
        return std::nullopt;
    QElapsedTimer since;
    since.start();
    if (!QTest::qWaitFor([&] { return m_received == next; }, longest))
        return std::nullopt;
    return std::chrono::milliseconds(since.elapsed());
}

} // namespace QombuTest
