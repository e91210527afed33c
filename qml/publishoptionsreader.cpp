// SPDX-License-Identifier: BSD-3-Clause
#include "publishoptionsreader.h"

#include <QtCore/qcoreapplication.h>

#include <functional>

namespace QombuQml {

namespace {

using Qombu::PublishOptions;

// Puts one member into its place; false: it has the wrong type.
using Reader = std::function<bool(PublishOptions &, const QVariant &)>;

Reader text(QString PublishOptions::*member)
{
    return [member](PublishOptions &options, const QVariant &value) {
        options.*member = value.toString();
        return value.typeId() == QMetaType::QString;
    };
}

Reader property(QString Qombu::MessageProperties::*member)
{
    return [member](PublishOptions &options, const QVariant &value) {
        options.properties.*member = value.toString();
        return value.typeId() == QMetaType::QString;
    };
}

Reader duration(std::optional<std::chrono::milliseconds> PublishOptions::*member)
{
    return [member](PublishOptions &options, const QVariant &value) {
        bool ok = false;
        options.*member = std::chrono::milliseconds(value.toLongLong(&ok));
        return ok && *(options.*member) >= std::chrono::milliseconds::zero();
    };
}

bool readRoutingKey(PublishOptions &options, const QVariant &value)
{
    options.routingKey = value.toString();
    return value.typeId() == QMetaType::QString;
}

bool readPriority(PublishOptions &options, const QVariant &value)
{
    bool ok = false;
    options.priority = value.toInt(&ok);
    return ok && *options.priority >= 0 && *options.priority <= 9;
}

bool readPersistent(PublishOptions &options, const QVariant &value)
{
    options.deliveryMode =
        value.toBool() ? Qombu::DeliveryMode::Persistent : Qombu::DeliveryMode::Transient;
    return value.typeId() == QMetaType::Bool;
}

bool readMandatory(PublishOptions &options, const QVariant &value)
{
    options.mandatory = value.toBool();
    return value.typeId() == QMetaType::Bool;
}

bool readTypedJson(PublishOptions &options, const QVariant &value)
{
    options.typedJson = value.toBool();
    return value.typeId() == QMetaType::Bool;
}

bool readHeaders(PublishOptions &options, const QVariant &value)
{
    options.headers = value.toMap();
    return value.typeId() == QMetaType::QVariantMap;
}

const QHash<QString, Reader> &readers()
{
    static const QHash<QString, Reader> table{
        {QStringLiteral("routingKey"), readRoutingKey},
        {QStringLiteral("priority"), readPriority},
        {QStringLiteral("persistent"), readPersistent},
        {QStringLiteral("mandatory"), readMandatory},
        {QStringLiteral("headers"), readHeaders},
        {QStringLiteral("serializer"), text(&PublishOptions::serializer)},
        {QStringLiteral("contentType"), text(&PublishOptions::contentType)},
        {QStringLiteral("contentEncoding"), text(&PublishOptions::contentEncoding)},
        {QStringLiteral("typedJson"), readTypedJson},
        {QStringLiteral("compression"), text(&PublishOptions::compression)},
        {QStringLiteral("expiration"), duration(&PublishOptions::expiration)},
        {QStringLiteral("delay"), duration(&PublishOptions::delay)},
        {QStringLiteral("timeout"), duration(&PublishOptions::timeout)},
        {QStringLiteral("correlationId"), property(&Qombu::MessageProperties::correlationId)},
        {QStringLiteral("replyTo"), property(&Qombu::MessageProperties::replyTo)},
        {QStringLiteral("messageId"), property(&Qombu::MessageProperties::messageId)},
        {QStringLiteral("type"), property(&Qombu::MessageProperties::type)},
        {QStringLiteral("appId"), property(&Qombu::MessageProperties::appId)},
    };
    return table;
}

} // namespace

Qombu::Result<PublishOptions> publishOptionsFrom(const QVariantMap &members)
{
    PublishOptions options;
    for (auto it = members.cbegin(); it != members.cend(); ++it) {
        const auto reader = readers().constFind(it.key());
        if (reader == readers().cend()) {
            return Qombu::Error(
                Qombu::Error::Configuration,
                QCoreApplication::translate("QombuQml::ProducerElement", "Unknown option \"%1\"")
                    .arg(it.key()));
        }
        if (!(*reader)(options, it.value())) {
            return Qombu::Error(
                Qombu::Error::Configuration,
                QCoreApplication::translate("QombuQml::ProducerElement",
                                            "Option \"%1\" has the wrong type or range")
                    .arg(it.key()));
        }
    }
    return options;
}

} // namespace QombuQml
