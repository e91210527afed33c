// SPDX-License-Identifier: BSD-3-Clause
#include "core/base64_p.h"
#include "core/jsonwriter_p.h"
#include "virtual/envelope/envelope.h"

#include <algorithm>
#include <array>

namespace Qombu::Envelope {

namespace {

// What we write from members of MessageContent, whatever extra says.
constexpr std::array Reserved{"delivery_mode", "expiration",    "delivery_info",
                              "priority",      "body_encoding", "delivery_tag"};

bool isReserved(const QString &name)
{
    return std::any_of(Reserved.begin(), Reserved.end(),
                       [&name](const char *word) { return name == QLatin1String(word); });
}

template<std::size_t Size>
void appendText(ByteSink &out, const char (&key)[Size], const QString &value)
{
    if (value.isEmpty())
        return;
    out.put(key);
    Json::appendString(out, value);
    out.put(", ");
}

Error appendExtra(ByteSink &out, const QVariantMap &extra)
{
    for (auto item = extra.cbegin(); item != extra.cend(); ++item) {
        if (isReserved(item.key()))
            continue;
        Json::appendString(out, item.key());
        out.put(": ");
        if (Error error = Json::append(out, item.value(), Json::TypedValues::Plain,
                                       u"$.properties." + item.key());
            error.isError())
            return error;
        out.put(", ");
    }
    return {};
}

// The publisher's own keys of delivery_info, kept in extra by decode().
Error appendDeliveryInfo(ByteSink &out, const MessageContent &content)
{
    out.put("\"delivery_info\": {\"exchange\": ");
    Json::appendString(out, content.exchange);
    out.put(", \"routing_key\": ");
    Json::appendString(out, content.routingKey);
    const QVariantMap more = content.properties->extra.isEmpty()
        ? QVariantMap()
        : content.properties->extra.value(QStringLiteral("delivery_info")).toMap();
    for (auto item = more.cbegin(); item != more.cend(); ++item) {
        if (item.key() == QLatin1String("exchange") || item.key() == QLatin1String("routing_key"))
            continue;
        out.put(", ");
        Json::appendString(out, item.key());
        out.put(": ");
        if (Error error = Json::append(out, item.value(), Json::TypedValues::Plain,
                                       u"$.properties.delivery_info." + item.key());
            error.isError())
            return error;
    }
    out.put("}, ");
    return {};
}

Error appendProperties(ByteSink &out, const MessageContent &content)
{
    const MessageProperties &properties = *content.properties;
    out.put("\"properties\": {");
    appendText(out, "\"correlation_id\": ", properties.correlationId);
    appendText(out, "\"reply_to\": ", properties.replyTo);
    appendText(out, "\"message_id\": ", properties.messageId);
    if (properties.timestamp.isValid()) {
        out.put("\"timestamp\": ");
        if (Error error = Json::append(out, properties.timestamp, Json::TypedValues::Plain,
                                       QStringLiteral("$.properties.timestamp"));
            error.isError())
            return error;
        out.put(", ");
    }
    appendText(out, "\"app_id\": ", properties.appId);
    appendText(out, "\"type\": ", properties.type);
    appendText(out, "\"user_id\": ", properties.userId);
    appendText(out, "\"cluster_id\": ", properties.clusterId);
    if (Error error = appendExtra(out, properties.extra); error.isError())
        return error;
    out.put("\"delivery_mode\": ");
    Json::appendInteger(out, content.deliveryMode);
    out.put(", ");
    if (properties.expiration)
        appendText(out, "\"expiration\": ", QString::number(properties.expiration->count()));
    if (Error error = appendDeliveryInfo(out, content); error.isError())
        return error;
    out.put("\"priority\": ");
    Json::appendInteger(out, content.priority);
    return {};
}

// Returns what properties.body_encoding has to say.
QByteArrayView appendBody(ByteSink &out, const QByteArray &body, BodyEncoding encoding)
{
    if (encoding == BodyEncoding::Text && QByteArrayView(body).isValidUtf8()) {
        Json::appendUtf8String(out, body);
        return "\"utf-8\"";
    }
    const bool typed = encoding == BodyEncoding::Text;
    if (typed)
        out.put(R"({"__type__": "base64", "__value__": )");
    out.put('"');
    appendBase64(out, body);
    out.put(typed ? "\"}" : "\"");
    return typed ? "null" : "\"base64\"";
}

Error appendAll(ByteSink &out, const MessageContent &content, QByteArrayView deliveryTag,
                BodyEncoding encoding)
{
    out.put("{\"body\": ");
    const QByteArrayView bodyEncoding = appendBody(out, content.body, encoding);
    out.put(", \"content-encoding\": ");
    Json::appendString(
        out, content.contentEncoding.isEmpty() ? QStringView(u"utf-8") : content.contentEncoding);
    out.put(", \"content-type\": ");
    Json::appendString(out,
                       content.contentType.isEmpty() ? QStringView(u"application/data")
                                                     : content.contentType);
    out.put(", \"headers\": ");
    if (Error error = Json::append(out, content.headers, Json::TypedValues::Plain,
                                   QStringLiteral("$.headers"));
        error.isError())
        return error;
    out.put(", ");
    if (Error error = appendProperties(out, content); error.isError())
        return error;
    out.put(", \"body_encoding\": ");
    out.put(bodyEncoding);
    out.put(", \"delivery_tag\": \"");
    out.put(deliveryTag);
    out.put("\"}}");
    return {};
}

} // namespace

Error append(QByteArray &out, const MessageContent &content, QByteArrayView deliveryTag,
             BodyEncoding encoding)
{
    constexpr qsizetype Frame = 512; // fixed text and names of the usual length
    const qsizetype before = out.size();
    ByteSink sink(out);
    sink.room(content.body.size() / 3 * 4 + Frame + content.headers.size() * 48);
    Error error = appendAll(sink, content, deliveryTag, encoding);
    if (error.isError())
        sink.truncate(before);
    return error;
}

Result<QByteArray> encode(const MessageContent &content, QByteArrayView deliveryTag,
                          BodyEncoding encoding)
{
    QByteArray out;
    if (Error error = append(out, content, deliveryTag, encoding); error.isError())
        return error;
    return out;
}

} // namespace Qombu::Envelope
