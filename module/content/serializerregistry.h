// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/serializer.h>

#include <QtCore/qlist.h>
#include <QtCore/qreadwritelock.h>

namespace Qombu {

// The serializers by name and by content type, and which types are refused.
// Thread-safe; one for the process, with JSON in it from the beginning.
class SerializerRegistry
{
public:
    using Pointer = std::shared_ptr<const Serializer>;

    static SerializerRegistry &instance();
    // The one that bounds the number of values, and not one that took its place.
    static bool isOwnJson(const Serializer &serializer);

    Error add(Pointer serializer);
    Pointer byName(const QString &nameOrContentType) const; // null: none
    Pointer byContentType(const QString &contentType) const; // null: none
    QStringList names() const;

    // The content types that an entry of an accept list stands for; unknown names stand for
    // themselves.
    static QStringList contentTypes(const QString &nameOrContentType);
    // "json" for "application/json"; of a type without a name the type itself.
    static QString nameOf(const QString &contentType);
    static bool isPickle(const QString &nameOrContentType);
    // yaml and msgpack: known to Kombu, not built in here.
    static bool isUnsupported(const QString &nameOrContentType);
    // A name of ours or of Kombu's, or any content type.
    static bool isKnown(const QString &nameOrContentType);
    // That it is not: what there is, and what may have been meant.
    static QString unknownText(const QString &name);

private:
    SerializerRegistry();

    mutable QReadWriteLock m_lock;
    QList<Pointer> m_serializers;
};

} // namespace Qombu
