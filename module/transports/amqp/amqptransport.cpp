// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/amqptransport.h"

#include "net/streamfactory.h"
#include "port/transportregistry.h"
#include "transports/amqp/amqplink.h"
#include "transports/amqp/amqpoptions.h"
#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

namespace {

// Never plain text by accident: what asks for encryption is refused as long as there is none.
Result<AmqpOptions> readOptions(const BrokerUrl &url, const ConnectionOptions &options)
{
    Result<AmqpOptions> result = AmqpOptions::parse(url, options);
    if (result && result->tls.enabled)
        return Error(Error::Unsupported, Text::tr("TLS to AMQP is not in this version yet"));
    return result;
}

} // namespace

Error AmqpTransport::check(const BrokerUrl &url, const ConnectionOptions &options) const
{
    return readOptions(url, options).error();
}

std::unique_ptr<Link> AmqpTransport::createLink(const LinkSetup &setup)
{
    const Result<AmqpOptions> parsed = readOptions(setup.url, setup.options);
    Q_ASSERT_X(parsed, "AmqpTransport", "createLink() needs what check() has accepted");
    const AmqpOptions options = parsed.valueOr({});
    AmqpLinkSettings settings;
    settings.session.user = options.user;
    settings.session.password = options.password;
    settings.session.mechanism = options.loginMethod;
    settings.session.virtualHost = options.virtualHost;
    settings.session.connectionName = options.connectionName;
    settings.session.clientProperties = options.clientProperties;
    settings.session.heartbeatSeconds =
        quint16(std::chrono::ceil<std::chrono::seconds>(options.heartbeat).count());
    settings.session.channelMax = quint16(options.channelMax);
    settings.session.frameMax = quint32(options.frameMax);
    // It knows whom it waits for, and so tells before the engine gives up.
    settings.session.replyTimeout = setup.options.requestTimeout * 3 / 4;
    settings.session.maximumMessageBytes = setup.options.maximumMessageBytes;
    settings.connectTimeout = options.connectTimeout;
    settings.closeTimeout = setup.options.closeTimeout;
    settings.confirmsPublishes = options.confirmsPublishes;
    settings.withoutEffect = options.withoutEffect;
    settings.fatal = m_fatal;
    settings.streams = m_streams;
    settings.askCredentials = setup.askCredentials;
    settings.makeStream = [endpoint = Endpoint::tcp(options.host, quint16(options.port)),
                           timeout = options.connectTimeout](Hub *hub,
                                                             ByteStreamListener *listener) {
        return std::move(*makeByteStream(hub, endpoint, listener, timeout));
    };
    return std::make_unique<AmqpLink>(setup, settings);
}

} // namespace Qombu::Amqp

namespace Qombu::Builtin {

TransportInfo amqp()
{
    TransportInfo info;
    info.name = QStringLiteral("amqp");
    info.schemes = {QStringLiteral("amqp"), QStringLiteral("amqps"), QStringLiteral("pyamqp"),
                    QStringLiteral("librabbitmq")};
    info.capabilities = Amqp::AmqpLink::allCapabilities();
    info.create = [] { return std::make_unique<Amqp::AmqpTransport>(); };
    return info;
}

} // namespace Qombu::Builtin
