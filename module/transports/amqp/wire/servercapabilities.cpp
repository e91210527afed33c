// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/servercapabilities.h"

#include <QVersionNumber>

namespace Qombu::Amqp {

ServerCapabilities ServerCapabilities::of(const QVariantMap &serverProperties)
{
    const QVariantMap said = serverProperties.value(QStringLiteral("capabilities")).toMap();
    const auto has = [&](const char *name) {
        return said.value(QString::fromLatin1(name)).toBool();
    };
    ServerCapabilities capabilities;
    capabilities.confirms = has("publisher_confirms");
    capabilities.nack = has("basic.nack");
    capabilities.exchangeBindings = has("exchange_exchange_bindings");
    capabilities.consumerQos = has("per_consumer_qos");
    const auto version =
        QVersionNumber::fromString(serverProperties.value(QStringLiteral("version")).toString());
    const bool isRabbit =
        serverProperties.value(QStringLiteral("product")).toString() == QLatin1String("RabbitMQ");
    capabilities.updateSecret = isRabbit && version >= QVersionNumber(3, 8);
    capabilities.nativeDelay = isRabbit && version >= QVersionNumber(3, 10);
    return capabilities;
}

} // namespace Qombu::Amqp
