// SPDX-License-Identifier: BSD-3-Clause
#include "content/serializerregistry.h"

#include "content/kombujson.h"
#include "core/editdistance_p.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>
#include <typeinfo>

namespace Qombu {

namespace {

// Kombu's names for content types.
struct KnownName
{
    QLatin1String name;
    QLatin1String contentType;
};

const KnownName KnownNames[]{
    {QLatin1String("json"), QLatin1String("application/json")},
    {QLatin1String("text"), QLatin1String("text/plain")},
    {QLatin1String("raw"), QLatin1String("application/data")},
    {QLatin1String("raw"), QLatin1String("application/text")},
    {QLatin1String("yaml"), QLatin1String("application/x-yaml")},
    {QLatin1String("msgpack"), QLatin1String("application/x-msgpack")},
    {QLatin1String("pickle"), QLatin1String("application/x-python-serialize")},
};

// Values as JSON in Kombu's dialect.
class JsonSerializer : public Serializer
{
public:
    QString name() const override { return QStringLiteral("json"); }
    QString contentType() const override { return QStringLiteral("application/json"); }
    QString contentEncoding() const override { return QStringLiteral("utf-8"); }
    Result<QByteArray> serialize(const QVariant &body) const override
    {
        return Json::writeValue(body);
    }
    Result<QVariant> deserialize(QByteArrayView bytes) const override
    {
        return Json::readValue(bytes);
    }
};

} // namespace

/*!
    \class Qombu::Serializer
    \inmodule Qombu
    \inheaderfile Qombu/Serializer
    \brief Turns bodies into bytes of one content type and back.

    Derive from it to add a content type, and hand an object to registerSerializer(). The object has
    no state: its functions are called from any thread, several at a time. A consumer reads the type
    once its accept list has the name or the content type.

    \c json is registered from the start, and can be replaced. \c text and \c raw need no object.
*/

/*!
    \fn QString Qombu::Serializer::name() const
    Returns the name for options and accept lists, such as \c json; never written on the wire.
*/

/*!
    \fn QString Qombu::Serializer::contentType() const
    Returns the MIME type that is written on the wire, such as \c{application/json}.
*/

/*!
    \fn QString Qombu::Serializer::contentEncoding() const
    Returns the charset that is written on the wire: \c utf-8, or \c binary for bytes.
*/

/*!
    \fn Qombu::Result<QByteArray> Qombu::Serializer::serialize(const QVariant &body) const
    Returns \a body as bytes, or Error::Encode with a text for a person.
*/

/*!
    \fn Qombu::Result<QVariant> Qombu::Serializer::deserialize(QByteArrayView bytes) const
    Returns the value that \a bytes stand for, or Error::Decode. They come from whoever may write to
    the broker: bound depth and size, and run nothing. Never called for an empty body.
*/

/*! Destroys the serializer. */
Serializer::~Serializer() = default;

/*!
    Makes \a serializer known to all producers and consumers of the process. Thread-safe.

    It takes the place of an earlier one of the same name or content type. A serializer for Python's
    pickle is refused with Error::ContentDisallowed: reading a pickle runs what its sender wrote. A
    null one is Error::Configuration. Otherwise returns no error.
*/
Error registerSerializer(std::shared_ptr<const Serializer> serializer)
{
    return SerializerRegistry::instance().add(std::move(serializer));
}

/*! Returns the names of all serializers, \c text and \c raw included. Thread-safe. */
QStringList serializerNames()
{
    return SerializerRegistry::instance().names();
}

/*!
    Returns the serializer whose name or content type is \a nameOrContentType, or null; null also
    for \c text and \c raw, which need none. Thread-safe.
*/
std::shared_ptr<const Serializer> serializer(const QString &nameOrContentType)
{
    return SerializerRegistry::instance().byName(nameOrContentType);
}

bool SerializerRegistry::isOwnJson(const Serializer &serializer)
{
    return typeid(serializer) == typeid(JsonSerializer);
}

SerializerRegistry &SerializerRegistry::instance()
{
    static SerializerRegistry registry;
    return registry;
}

SerializerRegistry::SerializerRegistry()
    : m_serializers{std::make_shared<JsonSerializer>()}
{
}

Error SerializerRegistry::add(Pointer serializer)
{
    if (!serializer)
        return Error(Error::Configuration,
                     QCoreApplication::translate("Qombu::Serializer", "There is no serializer."));
    const QString name = serializer->name();
    const QString contentType = serializer->contentType();
    if (isPickle(name) || isPickle(contentType)) {
        return Error(Error::ContentDisallowed,
                     QCoreApplication::translate("Qombu::Serializer",
                                                 "Pickles are never read: they can run code."));
    }
    const QWriteLocker locker(&m_lock);
    m_serializers.removeIf([&](const Pointer &other) {
        return other->name() == name || other->contentType() == contentType;
    });
    m_serializers.append(std::move(serializer));
    return {};
}

SerializerRegistry::Pointer SerializerRegistry::byName(const QString &nameOrContentType) const
{
    const QReadLocker locker(&m_lock);
    for (const Pointer &serializer : m_serializers) {
        if (serializer->name() == nameOrContentType
            || serializer->contentType() == nameOrContentType)
            return serializer;
    }
    return nullptr;
}

SerializerRegistry::Pointer SerializerRegistry::byContentType(const QString &contentType) const
{
    const QReadLocker locker(&m_lock);
    for (const Pointer &serializer : m_serializers) {
        if (serializer->contentType() == contentType)
            return serializer;
    }
    return nullptr;
}

QStringList SerializerRegistry::names() const
{
    QStringList result{QStringLiteral("text"), QStringLiteral("raw")};
    const QReadLocker locker(&m_lock);
    for (const Pointer &serializer : m_serializers)
        result.prepend(serializer->name());
    return result;
}

QStringList SerializerRegistry::contentTypes(const QString &nameOrContentType)
{
    if (const Pointer serializer = instance().byName(nameOrContentType))
        return {serializer->contentType()};
    QStringList result;
    for (const KnownName &known : KnownNames) {
        if (known.name == nameOrContentType)
            result.append(known.contentType);
    }
    return result.isEmpty() ? QStringList{nameOrContentType} : result;
}

QString SerializerRegistry::nameOf(const QString &contentType)
{
    if (const Pointer serializer = instance().byContentType(contentType))
        return serializer->name();
    for (const KnownName &known : KnownNames) {
        if (known.contentType == contentType)
            return known.name;
    }
    return contentType;
}

bool SerializerRegistry::isPickle(const QString &nameOrContentType)
{
    return nameOrContentType.compare(QLatin1String("pickle"), Qt::CaseInsensitive) == 0
        || nameOrContentType.compare(QLatin1String("application/x-python-serialize"),
                                     Qt::CaseInsensitive)
        == 0;
}

bool SerializerRegistry::isUnsupported(const QString &nameOrContentType)
{
    const auto isOneOf = [&](const KnownName &known) {
        const bool named = known.name == nameOrContentType;
        return (named || known.contentType == nameOrContentType)
            && (known.name == QLatin1String("yaml") || known.name == QLatin1String("msgpack"));
    };
    return std::any_of(std::begin(KnownNames), std::end(KnownNames), isOneOf)
        && !instance().byName(nameOrContentType);
}

bool SerializerRegistry::isKnown(const QString &nameOrContentType)
{
    return nameOrContentType.contains(u'/') || instance().byName(nameOrContentType)
        || std::any_of(std::begin(KnownNames), std::end(KnownNames),
                       [&](const KnownName &known) { return known.name == nameOrContentType; });
}

QString SerializerRegistry::unknownText(const QString &name)
{
    const QStringList names = instance().names();
    const auto closest =
        std::min_element(names.cbegin(), names.cend(), [&](const QString &a, const QString &b) {
            return editDistance(name, a) < editDistance(name, b);
        });
    const QString known = names.join(QStringLiteral(", "));
    if (editDistance(name, *closest) > 2) {
        return QCoreApplication::translate("Qombu::ContentCodec",
                                           "There is no serializer \"%1\". Known are: %2.")
            .arg(name, known);
    }
    return QCoreApplication::translate("Qombu::ContentCodec",
                                       "There is no serializer \"%1\". Did you mean \"%2\"? "
                                       "Known are: %3.")
        .arg(name, *closest, known);
}

} // namespace Qombu
