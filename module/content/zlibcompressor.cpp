// SPDX-License-Identifier: BSD-3-Clause
#include "content/zlibcompressor.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qscopeguard.h>

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace Qombu {

namespace {

Error badCompression(const char *text)
{
    return Error(Error::Decode, QCoreApplication::translate("Qombu::Compressor", text));
}

Error tooLarge(qint64 limit)
{
    return Error(Error::LimitExceeded,
                 QCoreApplication::translate(
                     "Qombu::Compressor",
                     "The body unpacks to more than the limit of %1 bytes; it was not read.")
                     .arg(limit));
}

// How much zlib may be given at once: its counters have 32 bits.
uInt portion(qsizetype bytes)
{
    return uInt(std::min<qsizetype>(bytes, std::numeric_limits<int>::max()));
}

} // namespace

QStringList ZlibCompressor::names() const
{
    return {QStringLiteral("zlib"), QStringLiteral("gzip")};
}

QString ZlibCompressor::contentType() const
{
    return QStringLiteral("application/x-gzip");
}

Result<QByteArray> ZlibCompressor::compress(QByteArrayView bytes) const
{
    if (bytes.size() > std::numeric_limits<int>::max() / 2) {
        return Error(Error::LimitExceeded,
                     QCoreApplication::translate("Qombu::Compressor",
                                                 "The body is too large to be compressed."));
    }
    uLongf size = compressBound(uLong(bytes.size()));
    QByteArray result(qsizetype(size), Qt::Uninitialized);
    const int status = ::compress2(reinterpret_cast<Bytef *>(result.data()), &size,
                                   reinterpret_cast<const Bytef *>(bytes.data()),
                                   uLong(bytes.size()), Z_DEFAULT_COMPRESSION);
    if (status != Z_OK) {
        return Error(
            Error::Encode,
            QCoreApplication::translate("Qombu::Compressor", "The body could not be compressed."));
    }
    result.truncate(qsizetype(size));
    return result;
}

Result<QByteArray> ZlibCompressor::decompress(QByteArrayView bytes, qint64 limit) const
{
    constexpr int DetectFormat = 32; // added to the window bits: zlib or gzip, by the header
    z_stream stream = {};
    if (inflateInit2(&stream, MAX_WBITS + DetectFormat) != Z_OK)
        return badCompression(
            QT_TRANSLATE_NOOP("Qombu::Compressor", "Unpacking could not be started."));
    const auto end = qScopeGuard([&stream] { inflateEnd(&stream); });
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data()));
    stream.avail_in = portion(bytes.size());

    QByteArray result;
    qsizetype used = 0;
    while (true) {
        if (used == result.size()) {
            if (used > limit)
                return tooLarge(limit);
            // One byte beyond the limit shows that it would be passed.
            const qint64 wanted = std::max<qint64>(used * 2, bytes.size() * 4 + 1024);
            result.resize(qsizetype(std::min(wanted, limit + 1)));
        }
        stream.next_out = reinterpret_cast<Bytef *>(result.data() + used);
        stream.avail_out = portion(result.size() - used);
        const uInt room = stream.avail_out;
        const int status = inflate(&stream, Z_NO_FLUSH);
        used += room - stream.avail_out;
        if (status == Z_STREAM_END)
            break;
        if (status == Z_BUF_ERROR || (status == Z_OK && !stream.avail_in && stream.avail_out))
            return badCompression(
                QT_TRANSLATE_NOOP("Qombu::Compressor", "The compressed body is cut off."));
        if (status != Z_OK)
            return badCompression(
                QT_TRANSLATE_NOOP("Qombu::Compressor", "The compressed body is damaged."));
    }
    if (used > limit)
        return tooLarge(limit);
    result.truncate(used);
    return result;
}

} // namespace Qombu
