// SPDX-License-Identifier: BSD-3-Clause
#include "messagejson.h"

#include "decoders/delayedkey.h"
#include "json.h"
#include "terminaltext.h"
#include "text.h"

namespace {

bool isBytes(const QVariant &body)
{
    return body.userType() == QMetaType::QByteArray;
}

// What came, where it is text.
QString rawText(const Qombu::Message &message)
{
    const QByteArray raw = message.rawBody();
    return raw.isValidUtf8() ? QString::fromUtf8(raw) : QString();
}

void insertBody(QVariantMap &object, const Qombu::Message &message, const Qombu::Error &error)
{
    if (!error.isError() && !isBytes(message.body())) {
        object.insert(QStringLiteral("body"), message.body());
        return;
    }
    const auto base64 = [](const QByteArray &bytes) {
        return QString::fromLatin1(bytes.toBase64());
    };
    object.insert(QStringLiteral("body_base64"), base64(message.rawBody()));
    if (error.isError() && message.rawBody().isEmpty()) // not even unpacked
        object.insert(QStringLiteral("wire_body_base64"), base64(message.wireBody()));
    if (const QString text = rawText(message); error.isError() && !text.isEmpty())
        object.insert(QStringLiteral("body_text"), text);
}

QVariant orNull(const QVariant &value)
{
    return writeJson(value) ? value : QVariant();
}

} // namespace

Qombu::Error whyUnreadable(const Qombu::Message &message)
{
    if (message.error().isError())
        return message.error();
    const QVariant body = isBytes(message.body()) ? QVariant() : message.body();
    return writeJson(QVariantList{body, message.headers(), message.propertyMap()}).error();
}

QVariantMap messageObject(const Qombu::Message &message, const Qombu::Error &error)
{
    QVariantMap object{
        {QStringLiteral("queue"), message.queue()},
        {QStringLiteral("exchange"), message.exchange()},
        {QStringLiteral("routing_key"), message.routingKey()},
        {QStringLiteral("delivery_tag"), message.deliveryTag()},
        {QStringLiteral("redelivered"), message.isRedelivered()},
        {QStringLiteral("priority"), message.priority()},
        {QStringLiteral("content_type"), message.contentType()},
        {QStringLiteral("content_encoding"), message.contentEncoding()},
        {QStringLiteral("headers"), orNull(message.headers())},
        {QStringLiteral("properties"), orNull(message.propertyMap())},
    };
    if (const auto delayed = Qombu::Inspector::delayedKey(message.routingKey()))
        object.insert(QStringLiteral("delayed"),
                      QVariantMap{{QStringLiteral("seconds"), delayed->seconds},
                                  {QStringLiteral("routing_key"), delayed->routingKey}});
    insertBody(object, message, error);
    if (error.isError())
        object.insert(QStringLiteral("error"), error.text());
    return object;
}

QString messageLine(const Qombu::Message &message, const Qombu::Error &error)
{
    QString body;
    if (error.isError())
        body = error.text() + QLatin1String("  ") + rawText(message);
    else if (const QVariant value = message.body(); isBytes(value))
        body = QStringLiteral("%1 bytes: %2")
                   .arg(value.toByteArray().size())
                   .arg(QString::fromLatin1(value.toByteArray().left(64).toHex(' ')));
    else if (const auto text = writeJson(value))
        body = readableJson(*text);
    QString line = message.queue();
    const auto delayed = Qombu::Inspector::delayedKey(message.routingKey());
    if (!message.exchange().isEmpty())
        line += QStringLiteral(" ← %1/%2")
                    .arg(message.exchange(), delayed ? delayed->routingKey : message.routingKey());
    if (delayed)
        line += QLatin1Char(' ') + Text::tr("(delayed by %1 s)").arg(delayed->seconds);
    if (message.isRedelivered())
        line += QStringLiteral(" ↻");
    return printable(line + QLatin1String("  ") + body);
}
