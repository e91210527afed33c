// SPDX-License-Identifier: BSD-3-Clause
#include "content/compressorregistry.h"

#include "content/zlibcompressor.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>

namespace Qombu {

/*!
    \class Qombu::Compressor
    \inmodule Qombu
    \inheaderfile Qombu/Compressor
    \brief Compresses bodies and undoes it within a bound.

    Derive from it to add a compression, and hand an object to registerCompressor(). The object has
    no state: its functions are called from any thread, several at a time. decompress() must work
    piece by piece and stop at the limit it is given: what it reads may be a bomb.

    \c zlib is registered from the start. A body of n bytes is unpacked to at most 200 times
    what n exceeds 1 MiB by, but the bound is never below 64 MiB or above 1 GiB.
*/

/*!
    \fn QStringList Qombu::Compressor::names() const
    Returns the names for options, such as \c zlib and \c gzip; never written on the wire.
*/

/*!
    \fn QString Qombu::Compressor::contentType() const
    Returns the value of the header \c compression, such as \c{application/x-gzip}.
*/

/*!
    \fn Qombu::Result<QByteArray> Qombu::Compressor::compress(QByteArrayView bytes) const
    Returns \a bytes compressed, or an error such as Error::LimitExceeded.
*/

/*!
    \fn Result<QByteArray> Compressor::decompress(QByteArrayView bytes, qint64 limit) const
    Returns what \a bytes unpack to. Error::LimitExceeded as soon as the result would pass \a limit
    bytes; Error::Decode if \a bytes are damaged.
*/

/*! Destroys the compressor. */
Compressor::~Compressor() = default;

/*!
    Makes \a compressor known to all producers and consumers of the process. Thread-safe. It takes
    the place of an earlier one of the same content type; a null one is ignored.
*/
void registerCompressor(std::shared_ptr<const Compressor> compressor)
{
    CompressorRegistry::instance().add(std::move(compressor));
}

/*! Returns the names of all compressors. Thread-safe. */
QStringList compressorNames()
{
    return CompressorRegistry::instance().names();
}

CompressorRegistry &CompressorRegistry::instance()
{
    static CompressorRegistry registry;
    return registry;
}

CompressorRegistry::CompressorRegistry()
    : m_compressors{std::make_shared<ZlibCompressor>()}
{
}

void CompressorRegistry::add(Pointer compressor)
{
    if (!compressor)
        return;
    const QWriteLocker locker(&m_lock);
    m_compressors.removeIf(
        [&](const Pointer &other) { return other->contentType() == compressor->contentType(); });
    m_compressors.append(std::move(compressor));
}

Result<CompressorRegistry::Pointer> CompressorRegistry::find(const QString &name) const
{
    const QReadLocker locker(&m_lock);
    for (const Pointer &compressor : m_compressors) {
        if (compressor->contentType() == name || compressor->names().contains(name))
            return compressor;
    }
    static const QStringList Kombus{QStringLiteral("bzip2"),
                                    QStringLiteral("bzip"),
                                    QStringLiteral("lzma"),
                                    QStringLiteral("xz"),
                                    QStringLiteral("brotli"),
                                    QStringLiteral("zstd"),
                                    QStringLiteral("zstandard"),
                                    QStringLiteral("application/x-bz2"),
                                    QStringLiteral("application/x-lzma"),
                                    QStringLiteral("application/x-brotli"),
                                    QStringLiteral("application/zstd")};
    const QString text = Kombus.contains(name)
        ? QCoreApplication::translate(
            "Qombu::Compressor", "The compression \"%1\" is not supported yet by this version.")
        : QCoreApplication::translate("Qombu::Compressor",
                                      "The compression \"%1\" is not known. Known are: %2.");
    QStringList known;
    for (const Pointer &compressor : m_compressors)
        known += compressor->names();
    return Error(Error::Unsupported,
                 Kombus.contains(name) ? text.arg(name)
                                       : text.arg(name, known.join(QStringLiteral(", "))));
}

QStringList CompressorRegistry::names() const
{
    QStringList result;
    const QReadLocker locker(&m_lock);
    for (const Pointer &compressor : m_compressors)
        result += compressor->names();
    return result;
}

qint64 decompressionLimit(qint64 compressedSize)
{
    constexpr qint64 MiB = 1024 * 1024;
    return std::clamp(200 * (compressedSize - MiB), 64 * MiB, 1024 * MiB);
}

} // namespace Qombu
