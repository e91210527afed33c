// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/compressor.h>

#include <QtCore/qlist.h>
#include <QtCore/qreadwritelock.h>

namespace Qombu {

// The compressors by name and content type. Thread-safe; one for the process, with
// zlib in it from the beginning.
class CompressorRegistry
{
public:
    using Pointer = std::shared_ptr<const Compressor>;

    static CompressorRegistry &instance();

    void add(Pointer compressor);
    // Error::Unsupported if there is none; says so if Kombu has one.
    Result<Pointer> find(const QString &nameOrContentType) const;
    QStringList names() const;

private:
    CompressorRegistry();

    mutable QReadWriteLock m_lock;
    QList<Pointer> m_compressors;
};

// What a compressed body may grow to: 64 MiB, or 200 times what it has beyond 1 MiB; never more
// than 1 GiB (reliability: a body is untrusted, and deflate alone reaches 1000 to 1).
qint64 decompressionLimit(qint64 compressedSize);

} // namespace Qombu
