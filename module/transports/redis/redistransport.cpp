// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redistransport.h"

#include "core/randomid_p.h"
#include "net/streamfactory.h"
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

Error withoutTls()
{
    return Error(Error::Unsupported, Text::tr("TLS to Redis is not in this version yet"));
}

// Never plain text by accident: what asks for encryption is refused as long as there is none.
Result<RedisOptions> readOptions(const BrokerUrl &url, const ConnectionOptions &options)
{
    if (url.scheme() == QLatin1String("sentinel"))
        return withoutSentinel();
    if (url.scheme() == QLatin1String("rediss"))
        return withoutTls();
    Result<RedisOptions> result = RedisOptions::parse(url, options);
    if (!result)
        return result;
    if (result->tls.enabled)
        return withoutTls();
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

Error RedisTransport::check(const BrokerUrl &url, const ConnectionOptions &options) const
{
    return readOptions(url, options).error();
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
    settings.makeStream = [endpoint = endpointOf(settings.options),
                           timeout = settings.options.connectTimeout](
                              Hub *streamHub, ByteStreamListener *streamListener) {
        return std::move(*makeByteStream(streamHub, endpoint, streamListener, timeout));
    };
    return std::make_unique<RedisLink>(setup, settings, m_ledger);
}

qint64 RedisTransport::openSettlements() const
{
    return m_ledger ? m_ledger->said() : 0;
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
