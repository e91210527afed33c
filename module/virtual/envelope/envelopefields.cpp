// SPDX-License-Identifier: BSD-3-Clause
#include "virtual/envelope/envelopefields.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace Qombu::Envelope {

namespace {

int clampedInt(double value)
{
    if (std::isnan(value))
        return 0;
    return int(std::clamp(value, double(std::numeric_limits<int>::min()),
                          double(std::numeric_limits<int>::max())));
}

} // namespace

Field topField(QByteArrayView key)
{
    if (key == "body")
        return Field::Body;
    if (key == "content-encoding")
        return Field::ContentEncoding;
    if (key == "content-type")
        return Field::ContentType;
    if (key == "headers")
        return Field::Headers;
    if (key == "properties")
        return Field::Properties;
    return Field::Unknown;
}

Field propertyField(QByteArrayView key)
{
    struct Name
    {
        QByteArrayView text;
        Field field;
    };
    static constexpr Name Names[]{
        {"delivery_mode", Field::DeliveryMode},
        {"delivery_info", Field::DeliveryInfo},
        {"priority", Field::Priority},
        {"body_encoding", Field::BodyEncoding},
        {"delivery_tag", Field::DeliveryTag},
        {"correlation_id", Field::CorrelationId},
        {"reply_to", Field::ReplyTo},
        {"message_id", Field::MessageId},
        {"timestamp", Field::Timestamp},
        {"app_id", Field::AppId},
        {"type", Field::Type},
        {"user_id", Field::UserId},
        {"cluster_id", Field::ClusterId},
        {"expiration", Field::Expiration},
    };
    for (const Name &name : Names) {
        if (key == name.text)
            return name.field;
    }
    return Field::Unknown;
}

Field infoField(QByteArrayView key)
{
    if (key == "exchange")
        return Field::Exchange;
    if (key == "routing_key")
        return Field::RoutingKey;
    return Field::Unknown;
}

TextProperty textProperty(Field field)
{
    switch (field) {
    case Field::CorrelationId:
        return &MessageProperties::correlationId;
    case Field::ReplyTo:
        return &MessageProperties::replyTo;
    case Field::MessageId:
        return &MessageProperties::messageId;
    case Field::Type:
        return &MessageProperties::type;
    case Field::AppId:
        return &MessageProperties::appId;
    case Field::UserId:
        return &MessageProperties::userId;
    case Field::ClusterId:
        return &MessageProperties::clusterId;
    default:
        return nullptr;
    }
}

QString commonText(QByteArrayView text)
{
    static const QString utf8 = QStringLiteral("utf-8");
    static const QString json = QStringLiteral("application/json");
    static const QString binary = QStringLiteral("binary");
    if (text == "utf-8")
        return utf8;
    if (text == "application/json")
        return json;
    if (text == "binary")
        return binary;
    return QString::fromUtf8(text);
}

std::optional<std::chrono::milliseconds> expirationValue(const QVariant &value)
{
    bool ok = false;
    const qint64 milliseconds = value.toLongLong(&ok);
    if (!ok || milliseconds < 0)
        return std::nullopt;
    return std::chrono::milliseconds(milliseconds);
}

int priorityValue(const QVariant &value)
{
    bool ok = false;
    if (value.typeId() == QMetaType::QString) {
        const qint64 number = value.toString().trimmed().toLongLong(&ok);
        return ok ? clampedInt(double(number)) : 0;
    }
    const double number = value.toDouble(&ok);
    return ok ? clampedInt(number) : 0;
}

} // namespace Qombu::Envelope
