// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redistransport.h"

#include "core/randomid_p.h"
#include "net/tlsconfiguration.h"
#include "net/tlstickets.h"
#include "port/transportregistry.h"
#include "transports/redis/redislink.h"
#include "transports/redis/wire/redistext.h"

namespace Qombu::Redis {

namespace {

Error withoutSentinel()
{
    return Error(Error::Unsupported,
                 Text::tr("Redis Sentinel is not in this version yet: give the master's address"));
}

Result<RedisOptions> readOptions(const BrokerUrl &url, const ConnectionOptions &options)
{
    if (url.scheme() == QLatin1String("sentinel"))
        return withoutSentinel();
    Result<RedisOptions> result = RedisOptions::parse(url, options);
    if (!result)
        return result;
    if (result->tls.enabled && !result->socketPath.isEmpty()) {
        return Error(Error::Configuration,
                     Text::tr("There is no TLS over a unix socket: take it off the URL, or name a "
                              "host instead"));
    }
    // An envelope is a third larger than its body, and has headers.
    result->maximumElementBytes = options.maximumMessageBytes / 3 * 4 + (1 << 20);
    return result;
}

Endpoint endpointOf(const RedisOptions &options)
{
    return options.socketPath.isEmpty() ? Endpoint::tcp(options.host, quint16(options.port))
                                        : Endpoint::unixSocket(options.socketPath);
}

} // namespace

RedisTransport::RedisTransport(Hub *background)
    : m_background(background)
    , m_tickets(std::make_shared<TlsTickets>())
{
}

Error RedisTransport::check(const BrokerUrl &url, const ConnectionOptions &options) const
{
    const Result<RedisOptions> read = readOptions(url, options);
    return read ? checkTls(read->tls) : read.error();
}

std::unique_ptr<Link> RedisTransport::createLink(const LinkSetup &setup)
{
    const Result<RedisOptions> parsed = readOptions(setup.url, setup.options);
    Q_ASSERT_X(parsed, "RedisTransport", "createLink() needs what check() has accepted");
    if (!m_ledger) {
        const RandomId id(setup.hub->random(), setup.hub->random());
        m_ledger = std::make_shared<RedisLedger>(id.text().toByteArray());
    }
    RedisLinkSettings settings;
    settings.options = parsed.valueOr({});
    settings.requestTimeout = setup.options.requestTimeout;
    settings.closeTimeout = setup.options.closeTimeout;
    settings.background = m_background;
    settings.makeStream = streamsTo(endpointOf(settings.options), settings.options.tls,
                                    settings.options.connectTimeout, m_tickets);
    return std::make_unique<RedisLink>(setup, settings, m_ledger);
}

qint64 RedisTransport::openSettlements() const
{
    return m_ledger ? m_ledger->said() : 0;
}

qint64 RedisTransport::held() const
{
    return m_ledger ? qint64(m_ledger->unsaid().size()) : 0;
}

void RedisTransport::abandonHeld()
{
    if (!m_ledger)
        return;
    for (const quint64 delivery : m_ledger->unsaid())
        m_ledger->giveBack(delivery);
}

} // namespace Qombu::Redis

namespace Qombu::Builtin {

TransportInfo redis()
{
    TransportInfo info;
    info.name = QStringLiteral("redis");
    info.schemes = {QStringLiteral("redis"), QStringLiteral("rediss"), QStringLiteral("sentinel")};
    info.capabilities = Redis::RedisLink::allCapabilities();
    info.create = [] { return std::make_unique<Redis::RedisTransport>(); };
    return info;
}

} // namespace Qombu::Builtin
