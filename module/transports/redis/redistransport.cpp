// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redistransport.h"

#include "net/streamfactory.h"
#include "port/transportregistry.h"
#include "transports/redis/redisstore.h"
#include "virtual/virtuallink.h"

#include <QCoreApplication>
#include <QUuid>

namespace Qombu::Redis {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Redis::RedisTransport)
};

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

QByteArray newConsumerId(Hub *hub)
{
    std::array<quint64, 2> random{hub->random(), hub->random()};
    const auto bytes = QByteArrayView(reinterpret_cast<const char *>(random.data()), 16);
    return QUuid::fromRfc4122(bytes).toByteArray(QUuid::WithoutBraces);
}

} // namespace

Error RedisTransport::check(const BrokerUrl &url, const ConnectionOptions &options) const
{
    return readOptions(url, options).error();
}

std::unique_ptr<Link> RedisTransport::createLink(Hub *hub, const BrokerUrl &url,
                                                 const ConnectionOptions &options,
                                                 LinkListener *listener)
{
    const Result<RedisOptions> parsed = readOptions(url, options);
    Q_ASSERT_X(parsed, "RedisTransport", "createLink() needs what check() has accepted");
    if (!m_ledger)
        m_ledger = std::make_shared<RedisLedger>(newConsumerId(hub));
    RedisStore::Settings settings;
    settings.options = parsed.valueOr({});
    settings.requestTimeout = options.requestTimeout;
    settings.closeTimeout = options.closeTimeout;
    settings.background = m_background;
    settings.makeStream = [endpoint = endpointOf(settings.options),
                           timeout = settings.options.connectTimeout](
                              Hub *streamHub, ByteStreamListener *streamListener) {
        return std::move(*makeByteStream(streamHub, endpoint, streamListener, timeout));
    };
    return std::make_unique<VirtualLink>(hub, listener, [&](StoreListener *storeListener) {
        return std::make_unique<RedisStore>(hub, settings, m_ledger, storeListener);
    });
}

} // namespace Qombu::Redis

namespace Qombu::Builtin {

TransportInfo redis()
{
    TransportInfo info;
    info.name = QStringLiteral("redis");
    info.schemes = {QStringLiteral("redis"), QStringLiteral("rediss"), QStringLiteral("sentinel")};
    info.capabilities = Capability::DirectExchange | Capability::TopicExchange
        | Capability::FanoutExchange | Capability::Priorities | Capability::Persistence
        | Capability::Confirms | Capability::Browse | Capability::UnackedList;
    info.create = [] { return std::make_unique<Redis::RedisTransport>(); };
    return info;
}

} // namespace Qombu::Builtin
