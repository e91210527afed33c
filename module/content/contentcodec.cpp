// SPDX-License-Identifier: BSD-3-Clause
#include "content/contentcodec.h"

#include "content/charset.h"
#include "content/compressorregistry.h"
#include "content/kombujson.h"
#include "content/serializerregistry.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>

namespace Qombu::ContentCodec {

namespace {

const QString &utf8()
{
    static const QString name = QStringLiteral("utf-8");
    return name;
}

const QString &dataType()
{
    static const QString type = QStringLiteral("application/data");
    return type;
}

bool isText(const QVariant &body)
{
    return body.typeId() == QMetaType::QString;
}

bool isBytes(const QVariant &body)
{
    return body.typeId() == QMetaType::QByteArray;
}

Error encodeError(const char *text)
{
    return Error(Error::Encode, QCoreApplication::translate("Qombu::ContentCodec", text));
}

// Text in its charset, bytes as they are.
Result<EncodedBody> asItIs(const QVariant &body, const QString &contentType,
                           const QString &contentEncoding)
{
    if (isBytes(body)) {
        const QString encoding =
            contentEncoding.isEmpty() ? QStringLiteral("binary") : contentEncoding;
        return EncodedBody{body.toByteArray(), contentType, encoding, {}};
    }
    if (!isText(body)) {
        return encodeError(QT_TRANSLATE_NOOP(
            "Qombu::ContentCodec",
            "With a content type, or the serializers text and raw, the body must be a QString or "
            "a QByteArray."));
    }
    const QString charset = contentEncoding.isEmpty() ? utf8() : contentEncoding;
    auto bytes = Charset::encode(body.toString(), charset);
    if (!bytes)
        return bytes.error();
    return EncodedBody{std::move(*bytes), contentType, charset, {}};
}

Error noSerializer(const QString &name)
{
    if (SerializerRegistry::isPickle(name)) {
        return Error(
            Error::Unsupported,
            QCoreApplication::translate("Qombu::ContentCodec", "Pickles are never written."));
    }
    if (SerializerRegistry::isUnsupported(name)) {
        return Error(Error::Unsupported,
                     QCoreApplication::translate("Qombu::ContentCodec",
                                                 "The content type %1 is not supported yet by "
                                                 "this version.")
                         .arg(name));
    }
    return Error(Error::Encode, SerializerRegistry::unknownText(name));
}

Result<EncodedBody> serialize(const QVariant &body, const EncodeOptions &options)
{
    const QString name = options.serializer.isEmpty() ? QStringLiteral("json") : options.serializer;
    if (name == QLatin1String("raw") || name == dataType())
        return asItIs(body, dataType(), {});
    if (name == QLatin1String("text") || name == QLatin1String("text/plain"))
        return asItIs(body, QStringLiteral("text/plain"), {});
    const auto serializer = SerializerRegistry::instance().byName(name);
    if (!serializer)
        return noSerializer(name);
    const bool typedJson = options.typedJson && serializer->name() == QLatin1String("json");
    auto bytes =
        typedJson ? Json::writeValue(body, Json::TypedValues::Typed) : serializer->serialize(body);
    if (!bytes)
        return bytes.error();
    return EncodedBody{
        std::move(*bytes), serializer->contentType(), serializer->contentEncoding(), {}};
}

Result<EncodedBody> choose(const QVariant &body, const EncodeOptions &options)
{
    if (!options.contentType.isEmpty())
        return asItIs(body, options.contentType, options.contentEncoding);
    if (options.serializer.isEmpty() && isBytes(body))
        return asItIs(body, dataType(), {});
    if (options.serializer.isEmpty() && isText(body))
        return asItIs(body, QStringLiteral("text/plain"), {});
    return serialize(body, options);
}

// Pickle never; what is not in the list of accepted types neither, as in Kombu.
Error refusal(const QString &contentType, const AcceptList &accept)
{
    const bool disabled = accept.isEverything()
        && (SerializerRegistry::isPickle(contentType)
            || SerializerRegistry::isUnsupported(contentType));
    if (accept.isEverything() ? !disabled : accept.contains(contentType))
        return {};
    const QString text = disabled
        ? QCoreApplication::translate("Qombu::ContentCodec",
                                      "Refusing to deserialize disabled content of type %1 (%2)")
        : QCoreApplication::translate("Qombu::ContentCodec",
                                      "Refusing to deserialize untrusted content of type %1 (%2)");
    return Error(Error::ContentDisallowed,
                 text.arg(SerializerRegistry::nameOf(contentType), contentType));
}

Error takesTooMuch(qint64 limit)
{
    return Error(Error::LimitExceeded,
                 QCoreApplication::translate("Qombu::ContentCodec",
                                             "The body takes more memory than the limit of %1 "
                                             "bytes; it was not read.")
                     .arg(limit));
}

// Adds to *memory what the values take.
Result<QVariant> deserialize(const QByteArray &bytes, const QString &contentType,
                             const QString &contentEncoding, const DecodeLimits &limits,
                             qint64 *memory)
{
    const auto serializer = SerializerRegistry::instance().byContentType(contentType);
    if (serializer) {
        if (bytes.isEmpty())
            return QVariant(bytes); // as Kombu hands over an empty body
        if (!SerializerRegistry::isOwnJson(*serializer))
            return serializer->deserialize(bytes);
        const qint64 most = (limits.memory - *memory) / Json::BytesOfValue;
        qint64 values = 0;
        auto value = Json::readValue(bytes, std::min(limits.values, most), &values);
        *memory += values * Json::BytesOfValue;
        return value;
    }
    if (SerializerRegistry::isUnsupported(contentType)) {
        return Error(Error::Unsupported,
                     QCoreApplication::translate("Qombu::ContentCodec",
                                                 "The content type %1 is not supported yet by "
                                                 "this version.")
                         .arg(contentType));
    }
    const QString charset = contentEncoding.isEmpty() ? utf8() : contentEncoding;
    if (Charset::isBinary(charset))
        return QVariant(bytes);
    const qint64 textMemory = bytes.size() * qint64(sizeof(QChar));
    if (textMemory > limits.memory - *memory)
        return takesTooMuch(limits.memory);
    const auto text = Charset::decode(bytes, charset);
    if (!text)
        return text.error();
    *memory += textMemory;
    return QVariant(*text);
}

Result<QByteArray> decompressed(const MessageContent &content, const DecodeLimits &limits)
{
    if (content.headers.isEmpty())
        return content.body;
    const QString compression = content.headers.value(QStringLiteral("compression")).toString();
    if (compression.isEmpty())
        return content.body;
    const auto compressor = CompressorRegistry::instance().find(compression);
    if (!compressor)
        return compressor.error();
    return (*compressor)
        ->decompress(content.body,
                     std::min(decompressionLimit(content.body.size()), limits.memory));
}

} // namespace

Result<EncodedBody> encode(const QVariant &body, const EncodeOptions &options)
{
    auto encoded = choose(body, options);
    if (!encoded || options.compression.isEmpty())
        return encoded;
    const auto compressor = CompressorRegistry::instance().find(options.compression);
    if (!compressor)
        return compressor.error();
    auto bytes = (*compressor)->compress(encoded->body);
    if (!bytes)
        return bytes.error();
    encoded->body = std::move(*bytes);
    encoded->headers.insert(QStringLiteral("compression"), (*compressor)->contentType());
    return encoded;
}

AcceptList::AcceptList()
    : m_contentTypes{QStringLiteral("application/json"), QStringLiteral("text/plain")}
{
}

AcceptList::AcceptList(const QStringList &namesOrContentTypes)
{
    for (const QString &entry : namesOrContentTypes)
        m_contentTypes += SerializerRegistry::contentTypes(entry);
    m_contentTypes.removeIf(SerializerRegistry::isPickle);
}

AcceptList AcceptList::everything()
{
    AcceptList list;
    list.m_everything = true;
    return list;
}

bool AcceptList::contains(const QString &contentType) const
{
    return m_contentTypes.contains(contentType)
        || contentType == dataType() // always trusted, as these two are never interpreted
        || contentType == QLatin1String("application/text");
}

DecodedBody decode(const MessageContent &content, const AcceptList &accept,
                   const DecodeLimits &limits)
{
    DecodedBody decoded;
    auto raw = decompressed(content, limits);
    if (!raw) {
        decoded.error = raw.error();
        return decoded;
    }
    decoded.rawBody = std::move(*raw);
    if (!decoded.rawBody.isSharedWith(content.body))
        decoded.memory = decoded.rawBody.size();
    const QString contentType = content.contentType.isEmpty() ? dataType() : content.contentType;
    decoded.error = refusal(contentType, accept);
    if (decoded.error.isError())
        return decoded;
    auto body =
        deserialize(decoded.rawBody, contentType, content.contentEncoding, limits, &decoded.memory);
    if (body)
        decoded.body = std::move(*body);
    else
        decoded.error = body.error();
    return decoded;
}

} // namespace Qombu::ContentCodec
