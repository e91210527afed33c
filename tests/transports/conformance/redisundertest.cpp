// SPDX-License-Identifier: BSD-3-Clause
#include "transports/conformance/redisundertest.h"

namespace QombuTest {

using namespace Qombu;

namespace {

const QString prefix = QStringLiteral("ours:");

} // namespace

RedisUnderTest::RedisUnderTest(Way way)
    : m_way(way)
{
    if (m_way == Tls)
        m_server.useTls();
}

QString RedisUnderTest::name() const
{
    switch (m_way) {
    case UnixSocket:
        return QStringLiteral("redis over a unix socket");
    case KeyPrefix:
        return QStringLiteral("redis with a key prefix");
    case Tls:
        return QStringLiteral("redis over TLS");
    default:
        return QStringLiteral("redis over TCP");
    }
}

// Over the unix socket there is nothing between the two that could break it.
int RedisUnderTest::quirks() const
{
    return RequeuesToTheEnd | (m_way == UnixSocket ? LinksCannotBreak : NoQuirks);
}

QString RedisUnderTest::start()
{
    if (!m_server.start())
        return m_server.errorText();
    m_proxy = std::make_unique<FaultProxy>(m_way == Tls ? m_server.tlsPort() : m_server.port());
    m_server.command({"SELECT", QByteArray::number(database())});
    return {};
}

void RedisUnderTest::reset()
{
    mendLinks();
    m_server.command({"FLUSHALL"});
}

BrokerUrl RedisUnderTest::url() const
{
    if (m_way == Tls)
        return m_server.tlsUrl();
    return m_way == UnixSocket ? m_server.unixUrl() : m_server.url(database());
}

BrokerUrl RedisUnderTest::breakableUrl()
{
    if (m_way == Tls) {
        return QString(QStringLiteral("rediss://localhost:%1/0?ssl_ca_certs=%2")
                           .arg(m_proxy->port())
                           .arg(m_server.certificates().path("ca.pem")));
    }
    return QString(QStringLiteral("redis://127.0.0.1:%1/%2").arg(m_proxy->port()).arg(database()));
}

void RedisUnderTest::adapt(ConnectionOptions &options) const
{
    if (m_way == KeyPrefix)
        options.transportOptions.insert(QStringLiteral("global_keyprefix"), prefix);
}

QByteArray RedisUnderTest::key(const QByteArray &name) const
{
    return m_way == KeyPrefix ? QByteArray(prefix.toUtf8() + name) : name;
}

// A list for each of Kombu's priority steps.
qint64 RedisUnderTest::ready(const QString &queue, Connection *)
{
    const QByteArray list = key(queue.toUtf8());
    qint64 count = m_server.integer({"LLEN", list});
    for (const char *step : {"3", "6", "9"})
        count += m_server.integer({"LLEN", QByteArray(list + "\x06\x16" + step)});
    return count;
}

qint64 RedisUnderTest::held(Connection *)
{
    return m_server.integer({"ZCARD", key("unacked_index")});
}

} // namespace QombuTest
