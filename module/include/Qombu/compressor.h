// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/result.h>

#include <QtCore/qbytearrayview.h>
#include <QtCore/qstringlist.h>

#include <memory>

namespace Qombu {

// Compresses bodies and undoes it within a bound. Without state: used from any thread.
class QOMBU_EXPORT Compressor
{
public:
    virtual ~Compressor();
    virtual QStringList names() const = 0; // "zlib", "gzip": for options
    virtual QString contentType() const = 0; // "application/x-gzip": the header "compression"
    virtual Result<QByteArray> compress(QByteArrayView bytes) const = 0;
    // Error::LimitExceeded as soon as the result would pass limit bytes; Error::Decode if bytes are
    // damaged.
    virtual Result<QByteArray> decompress(QByteArrayView bytes, qint64 limit) const = 0;
};

// Thread-safe; takes the place of one with the same content type.
QOMBU_EXPORT void registerCompressor(std::shared_ptr<const Compressor> compressor);
QOMBU_EXPORT QStringList compressorNames();

} // namespace Qombu
