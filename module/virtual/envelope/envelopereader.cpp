// SPDX-License-Identifier: BSD-3-Clause
#include "virtual/envelope/envelopereader.h"

#include "core/base64_p.h"
#include "virtual/envelope/envelope.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/quuid.h>

namespace Qombu::Envelope {

namespace {

Error badEnvelope(const char *text)
{
    return Error(Error::Decode, QCoreApplication::translate("Qombu::Envelope", text));
}

Error badType(const char *field)
{
    return Error(Error::Decode,
                 QCoreApplication::translate("Qombu::Envelope",
                                             "The envelope's \"%1\" has a value of the wrong type.")
                     .arg(QLatin1String(field)));
}

} // namespace

bool Reader::Key(const char *text, SizeType size, bool copy)
{
    if (m_inValue)
        return m_builder.Key(text, size, copy);
    m_key = QByteArrayView(text, qsizetype(size));
    if (m_place == Place::Top)
        m_field = topField(m_key);
    else
        m_field = m_place == Place::Properties ? propertyField(m_key) : infoField(m_key);
    return true;
}

// Of equal keys the last one wins: a second "properties" starts anew.
void Reader::startProperties()
{
    m_content.properties.clear();
    m_content.priority = 0;
    m_content.deliveryMode = 2;
    m_hasProperties = true;
    m_hasTag = m_hasInfo = m_hasExchange = m_hasRoutingKey = false;
    m_bodyEncoding.clear();
    m_extraInfo.clear();
    m_place = Place::Properties;
}

bool Reader::StartObject()
{
    if (m_inValue)
        return m_builder.StartObject();
    if (m_place == Place::Before) {
        m_place = Place::Top;
        return true;
    }
    if (m_place == Place::Top && m_field == Field::Properties) {
        startProperties();
        return true;
    }
    if (m_place == Place::Properties && m_field == Field::DeliveryInfo) {
        m_hasInfo = true;
        m_hasExchange = m_hasRoutingKey = false;
        m_extraInfo.clear();
        m_place = Place::Info;
        return true;
    }
    return startValue() && m_builder.StartObject();
}

bool Reader::EndObject(SizeType count)
{
    if (m_inValue)
        return passed(m_builder.EndObject(count));
    switch (m_place) {
    case Place::Info:
        m_place = Place::Properties;
        break;
    case Place::Properties:
        m_place = Place::Top;
        break;
    default:
        m_place = Place::After;
    }
    return true;
}

bool Reader::StartArray()
{
    if (m_inValue)
        return m_builder.StartArray();
    return startValue() && m_builder.StartArray();
}

bool Reader::EndArray(SizeType count)
{
    return passed(m_builder.EndArray(count));
}

bool Reader::startValue()
{
    if (m_place == Place::Before)
        return fail(
            badEnvelope(QT_TRANSLATE_NOOP("Qombu::Envelope", "The envelope is no JSON object.")));
    m_builder.reset();
    m_inValue = true;
    return true;
}

// The way of nearly all values: text, without a QVariant.
bool Reader::string(QByteArrayView text)
{
    switch (m_field) {
    case Field::Body:
        m_body = text;
        m_bodyIsTyped = false;
        return true;
    case Field::ContentType:
        m_content.contentType = commonText(text);
        return true;
    case Field::ContentEncoding:
        m_content.contentEncoding = commonText(text);
        return true;
    case Field::BodyEncoding:
        m_bodyEncoding = text.toByteArray();
        return true;
    case Field::DeliveryTag:
        m_content.deliveryTag = QString::fromUtf8(text);
        m_hasTag = true;
        return true;
    case Field::Exchange:
        m_content.exchange = QString::fromUtf8(text);
        m_hasExchange = true;
        return true;
    case Field::RoutingKey:
        m_content.routingKey = QString::fromUtf8(text);
        m_hasRoutingKey = true;
        return true;
    default:
        break;
    }
    if (const TextProperty property = textProperty(m_field)) {
        m_content.properties.edit().*property = QString::fromUtf8(text);
        return true;
    }
    return scalar(QString::fromUtf8(text));
}

bool Reader::number(QByteArrayView text)
{
    if (m_field == Field::DeliveryTag && m_place == Place::Properties) {
        m_content.deliveryTag = QString::fromLatin1(text); // older writers put a number
        m_hasTag = true;
        return true;
    }
    if (m_field == Field::RoutingKey && m_place == Place::Info) {
        m_content.routingKey = QString::fromLatin1(text); // Kombu takes any value there
        m_hasRoutingKey = true;
        return true;
    }
    QVariant parsed = Json::numberValue(text);
    if (!parsed.isValid())
        return fail(Json::notJson(rapidjson::kParseErrorValueInvalid, 0));
    return scalar(std::move(parsed));
}

bool Reader::scalar(QVariant item)
{
    if (m_place == Place::Before)
        return fail(
            badEnvelope(QT_TRANSLATE_NOOP("Qombu::Envelope", "The envelope is no JSON object.")));
    return value(item);
}

bool Reader::value(const QVariant &item)
{
    switch (m_place) {
    case Place::Top:
        return topValue(item);
    case Place::Properties:
        return propertyValue(item);
    case Place::Info:
        return infoValue(item);
    default:
        return true;
    }
}

bool Reader::topValue(const QVariant &item)
{
    const bool isNull = item.typeId() == QMetaType::Nullptr;
    switch (m_field) {
    case Field::Body:
        if (!isNull && item.typeId() != QMetaType::QByteArray)
            return fail(badType("body"));
        m_typedBody = isNull ? QByteArray() : item.toByteArray();
        m_bodyIsTyped = true;
        return true;
    case Field::ContentType:
        m_content.contentType.clear();
        return isNull || fail(badType("content-type"));
    case Field::ContentEncoding:
        m_content.contentEncoding.clear();
        return isNull || fail(badType("content-encoding"));
    case Field::Headers:
        if (!isNull && item.typeId() != QMetaType::QVariantMap)
            return fail(badType("headers"));
        m_content.headers = isNull ? QVariantMap() : item.toMap();
        return true;
    case Field::Properties:
        return fail(badType("properties"));
    default:
        return true; // nothing else means anything to Kombu
    }
}

bool Reader::propertyValue(const QVariant &item)
{
    SharedProperties &properties = m_content.properties;
    const bool isNull = item.typeId() == QMetaType::Nullptr;
    switch (m_field) {
    case Field::DeliveryTag:
        return fail(badType("delivery_tag"));
    case Field::DeliveryInfo:
        return fail(badType("delivery_info"));
    case Field::BodyEncoding:
        m_bodyEncoding.clear();
        return isNull || (item.typeId() == QMetaType::Bool && !item.toBool())
            || fail(badType("body_encoding"));
    case Field::Priority:
        m_content.priority = priorityValue(item);
        return true;
    case Field::DeliveryMode:
        m_content.deliveryMode = isNull ? 2 : priorityValue(item);
        return true;
    case Field::Timestamp:
        properties.edit().timestamp = isNull ? QVariant() : item;
        return true;
    case Field::Expiration:
        properties.edit().expiration = expirationValue(item);
        if (properties->expiration || isNull)
            return true;
        break;
    default:
        break;
    }
    const TextProperty text = textProperty(m_field);
    if (text && isNull)
        (properties.edit().*text).clear();
    else if (text && item.typeId() == QMetaType::QUuid)
        properties.edit().*text = item.toUuid().toString(QUuid::WithoutBraces);
    else
        properties.edit().extra.insert(QString::fromUtf8(m_key), item);
    return true;
}

bool Reader::infoValue(const QVariant &item)
{
    const bool isNull = item.typeId() == QMetaType::Nullptr;
    switch (m_field) {
    case Field::Exchange:
        m_content.exchange.clear();
        m_hasExchange = true;
        return isNull || fail(badType("exchange"));
    case Field::RoutingKey:
        m_content.routingKey.clear();
        m_hasRoutingKey = true;
        return isNull || fail(badType("routing_key"));
    default:
        m_extraInfo.insert(QString::fromUtf8(m_key), item);
        return true;
    }
}

Error Reader::putBody()
{
    if (m_bodyIsTyped) {
        m_content.body = m_typedBody;
        return {};
    }
    if (m_bodyEncoding.isEmpty() || m_bodyEncoding.compare("utf-8", Qt::CaseInsensitive) == 0) {
        m_content.body = m_body.toByteArray();
        return {};
    }
    if (m_bodyEncoding != "base64") { // Kombu looks it up case-sensitively
        return Error(Error::Decode,
                     QCoreApplication::translate("Qombu::Envelope",
                                                 "The body encoding \"%1\" is not known. Kombu "
                                                 "writes base64 or utf-8.")
                         .arg(QString::fromUtf8(m_bodyEncoding)));
    }
    auto bytes = decodeBase64(m_body);
    if (!bytes)
        return badEnvelope(QT_TRANSLATE_NOOP("Qombu::Envelope", "The body is not valid base64."));
    m_content.body = std::move(*bytes);
    return {};
}

// Without these Kombu raises.
Result<MessageContent> Reader::finish()
{
    if (!m_hasProperties)
        return badEnvelope(
            QT_TRANSLATE_NOOP("Qombu::Envelope", "The envelope has no \"properties\"."));
    if (!m_hasTag)
        return badEnvelope(
            QT_TRANSLATE_NOOP("Qombu::Envelope", "The envelope has no \"delivery_tag\"."));
    if (!m_hasInfo)
        return badEnvelope(
            QT_TRANSLATE_NOOP("Qombu::Envelope", "The envelope has no \"delivery_info\"."));
    if (!m_hasExchange || !m_hasRoutingKey) {
        return badEnvelope(QT_TRANSLATE_NOOP("Qombu::Envelope",
                                             "The envelope's \"delivery_info\" lacks exchange or "
                                             "routing_key."));
    }
    if (const Error error = putBody(); error.isError())
        return error;
    if (m_content.contentType.isEmpty())
        m_content.contentType = QStringLiteral("application/data");
    if (m_content.contentEncoding.isEmpty())
        m_content.contentEncoding = commonText("utf-8");
    const auto isTrue = [](const QVariantMap &map) {
        return !map.isEmpty() && map.value(QStringLiteral("redelivered")).toBool();
    };
    m_content.redelivered = isTrue(m_content.headers) || isTrue(m_extraInfo);
    m_extraInfo.remove(QStringLiteral("redelivered"));
    if (!m_extraInfo.isEmpty())
        m_content.properties.edit().extra.insert(QStringLiteral("delivery_info"), m_extraInfo);
    return std::move(m_content);
}

Result<MessageContent> decode(QByteArrayView text)
{
    Reader reader;
    // The strings of the text live as long as the parse, so the body is decoded inside it.
    std::optional<Result<MessageContent>> result;
    const Error error = Json::read(text, reader, [&] { result = reader.finish(); });
    if (error.isError())
        return error;
    return std::move(*result);
}

} // namespace Qombu::Envelope
