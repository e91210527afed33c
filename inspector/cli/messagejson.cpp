// SPDX-License-Identifier: BSD-3-Clause
#include "messagejson.h"

#include "json.h"
#include "terminaltext.h"

namespace {

bool isBytes(const QVariant &body)
{
    return body.userType() == QMetaType::QByteArray;
}

void insertBody(QVariantMap &object, const Qombu::Message &message, const Qombu::Error &error)
{
    const QVariant body = message.body();
    if (error.isError() || message.error().isError() || isBytes(body) || !writeJson(body))
        object.insert(QStringLiteral("body_base64"),
                      QString::fromLatin1(message.rawBody().toBase64()));
    else
        object.insert(QStringLiteral("body"), body);
}

} // namespace

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
        {QStringLiteral("headers"), message.headers()},
        {QStringLiteral("properties"), message.propertyMap()},
    };
    insertBody(object, message, error);
    if (error.isError())
        object.insert(QStringLiteral("error"), error.text());
    return object;
}

QString messageLine(const Qombu::Message &message, const Qombu::Error &error)
{
    QString body;
    if (error.isError())
        body = error.text();
    else if (const QVariant value = message.body(); isBytes(value))
        body = QStringLiteral("%1 bytes: %2")
                   .arg(value.toByteArray().size())
                   .arg(QString::fromLatin1(value.toByteArray().left(64).toHex(' ')));
    else if (const auto text = writeJson(value))
        body = readableJson(*text);
    QString line = message.queue();
    if (!message.exchange().isEmpty())
        line += QStringLiteral(" ← %1/%2").arg(message.exchange(), message.routingKey());
    if (message.isRedelivered())
        line += QStringLiteral(" ↻");
    return printable(line + QLatin1String("  ") + body);
}
