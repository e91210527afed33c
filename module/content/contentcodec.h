// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/jsonvalues_p.h"
#include "core/message_p.h"

#include <Qombu/result.h>

#include <QtCore/qstringlist.h>

#include <limits>

// From a user's body to bytes and back: serializers, charsets, compression.
// Functions without state, for any thread.
namespace Qombu::ContentCodec {

// What a publisher asked for; empty means "choose".
struct EncodeOptions
{
    QString serializer; // name or content type
    QString contentType; // given: the body is serialized already
    QString contentEncoding;
    QString compression; // name or content type
    bool typedJson = false; // dates, bytes… as Kombu's typed JSON objects
};

struct EncodedBody
{
    QByteArray body;
    QString contentType;
    QString contentEncoding;
    QVariantMap headers; // to be added: "compression"
};

// As Kombu picks a serializer: by the option, else by the type of the body. Error::Encode, or
// Error::Unsupported for serializers and compressions that this version lacks.
Result<EncodedBody> encode(const QVariant &body, const EncodeOptions &options = {});

// Which content types a consumer reads. A value; made once, used for every message.
class AcceptList
{
public:
    AcceptList(); // json, text/plain and raw
    explicit AcceptList(
        const QStringList &namesOrContentTypes); // without pickles, which are not read
    static AcceptList everything(); // Kombu's accept=None: what is not disabled

    bool isEverything() const { return m_everything; }
    bool contains(const QString &contentType) const;

private:
    QStringList m_contentTypes;
    bool m_everything = false;
};

// A body on its way to the user: rawBody is decompressed; body is valid unless error says why not.
struct DecodedBody
{
    QByteArray rawBody;
    QVariant body;
    Error error;
    qint64 memory = 0; // what it takes beyond the bytes on the wire, in bytes, about
};

struct DecodeLimits
{
    qint64 values = Json::MostValues; // of one body; more end with Error::LimitExceeded
    qint64 memory = std::numeric_limits<qint64>::max(); // for DecodedBody::memory; likewise
};

// Decompresses one layer, refuses, decodes.
DecodedBody decode(const MessageContent &content, const AcceptList &accept = AcceptList(),
                   const DecodeLimits &limits = {});

} // namespace Qombu::ContentCodec
