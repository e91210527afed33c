// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/compressor.h>

namespace Qombu {

// Kombu's "gzip" and "zlib", which are both the zlib stream of RFC 1950. Reads the
// gzip file format of RFC 1952, too. Bytes behind the stream are ignored, as Python does.
class ZlibCompressor : public Compressor
{
public:
    QStringList names() const override;
    QString contentType() const override;
    Result<QByteArray> compress(QByteArrayView bytes) const override;
    Result<QByteArray> decompress(QByteArrayView bytes, qint64 limit) const override;
};

} // namespace Qombu
