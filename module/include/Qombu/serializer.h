// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/result.h>

#include <QtCore/qbytearrayview.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qvariant.h>

#include <memory>

namespace Qombu {

// Turns bodies into bytes of one content type and back. Without state: used from any thread.
class QOMBU_EXPORT Serializer
{
public:
    virtual ~Serializer();
    virtual QString name() const = 0; // "json": for options and accept lists, never on the wire
    virtual QString contentType() const = 0; // "application/json"
    virtual QString contentEncoding() const = 0; // "utf-8", or "binary"
    virtual Result<QByteArray> serialize(const QVariant &body) const = 0; // or Error::Encode
    virtual Result<QVariant> deserialize(QByteArrayView bytes) const = 0; // or Error::Decode
};

// Thread-safe; takes the place of one with the same name or content type, but never of pickle.
QOMBU_EXPORT Error registerSerializer(std::shared_ptr<const Serializer> serializer);
QOMBU_EXPORT QStringList serializerNames();
// "json", "application/json"; null: there is none.
QOMBU_EXPORT std::shared_ptr<const Serializer> serializer(const QString &nameOrContentType);

} // namespace Qombu
