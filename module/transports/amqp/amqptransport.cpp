// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/amqptransport.h"

#include "net/tlsconfiguration.h"
#include "net/tlstickets.h"
#include "port/transportregistry.h"
#include "transports/amqp/amqplink.h"
#include "transports/amqp/amqpoptions.h"

namespace Qombu::Amqp {

AmqpTransport::AmqpTransport()
    : m_tickets(std::make_shared<TlsTickets>())
{
}

Error AmqpTransport::check(const BrokerUrl &url, const ConnectionOptions &options) const
{
    const Result<AmqpOptions> read = AmqpOptions::parse(url, options);
    return read ? checkTls(read->tls) : read.error();
}

static ManagementSettings managementSettings(const AmqpOptions &options, const LinkSetup &setup)
{
    ManagementSettings settings;
    settings.isOn = options.usesManagement;
    settings.base = options.managementUrl;
    settings.isBaseGiven = options.isManagementUrlGiven;
    settings.tls = options.tls;
    if (options.managementUrl.host() != options.host)
        settings.tls.serverHostName.clear(); // it is that of the broker
    settings.isOwnUser = !options.managementUser.isEmpty();
    settings.user = settings.isOwnUser ? options.managementUser : options.user;
    settings.password = settings.isOwnUser ? options.managementPassword : options.password;
    settings.isExternal = options.loginMethod == "EXTERNAL";
    settings.virtualHost = options.virtualHost;
    settings.timeout = setup.options.requestTimeout * 3 / 4;
    settings.askCredentials = setup.askCredentials;
    return settings;
}

std::unique_ptr<Link> AmqpTransport::createLink(const LinkSetup &setup)
{
    const Result<AmqpOptions> parsed = AmqpOptions::parse(setup.url, setup.options);
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
    settings.delay = options.delay;
    settings.insecure = options.insecure();
    settings.withoutEffect = options.withoutEffect;
    settings.fatal = m_fatal;
    settings.streams = m_streams;
    settings.askCredentials = setup.askCredentials;
    settings.management = managementSettings(options, setup);
    settings.makeStream = streamsTo(Endpoint::tcp(options.host, quint16(options.port)), options.tls,
                                    options.connectTimeout, m_tickets);
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
