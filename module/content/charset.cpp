// SPDX-License-Identifier: BSD-3-Clause
#include "content/charset.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qstringconverter.h>

#include <algorithm>
#include <optional>

namespace Qombu::Charset {

namespace {

struct Kind
{
    QStringConverter::Encoding encoding;
    bool asciiOnly = false;
};

// Python ignores case and the difference of '-', '_' and ' ' in these names.
std::optional<Kind> find(const QString &charset)
{
    struct Name
    {
        const char *text;
        Kind kind;
    };
    static constexpr Name Names[]{
        {"utf8", {QStringConverter::Utf8}},
        {"utf", {QStringConverter::Utf8}},
        {"u8", {QStringConverter::Utf8}},
        {"ascii", {QStringConverter::Latin1, true}},
        {"usascii", {QStringConverter::Latin1, true}},
        {"646", {QStringConverter::Latin1, true}},
        {"latin1", {QStringConverter::Latin1}},
        {"latin", {QStringConverter::Latin1}},
        {"l1", {QStringConverter::Latin1}},
        {"iso88591", {QStringConverter::Latin1}},
        {"88591", {QStringConverter::Latin1}},
        {"utf16", {QStringConverter::Utf16}},
        {"utf16le", {QStringConverter::Utf16LE}},
        {"utf16be", {QStringConverter::Utf16BE}},
        {"utf32", {QStringConverter::Utf32}},
        {"utf32le", {QStringConverter::Utf32LE}},
        {"utf32be", {QStringConverter::Utf32BE}},
    };
    QString plain;
    for (const QChar c : charset) {
        if (c != u'-' && c != u'_' && c != u' ')
            plain += c.toLower();
    }
    for (const Name &name : Names) {
        if (plain == QLatin1String(name.text))
            return name.kind;
    }
    return std::nullopt;
}

Error unknown(Error::Kind kind, const QString &charset)
{
    return Error(kind,
                 QCoreApplication::translate(
                     "Qombu::Charset",
                     "The content encoding \"%1\" is not known. Known are utf-8, utf-16, utf-32, "
                     "iso-8859-1, us-ascii and binary.")
                     .arg(charset));
}

Error misfit(Error::Kind kind, const QString &charset)
{
    return Error(kind,
                 QCoreApplication::translate("Qombu::Charset",
                                             "The body does not fit the content encoding \"%1\".")
                     .arg(charset));
}

bool isAscii(QByteArrayView bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return uchar(c) < 0x80; });
}

} // namespace

bool isBinary(QStringView name)
{
    return name.compare(u"binary", Qt::CaseInsensitive) == 0
        || name.compare(u"ascii-8bit", Qt::CaseInsensitive) == 0;
}

Result<QByteArray> encode(const QString &text, const QString &charset)
{
    const auto kind = find(charset);
    if (!kind)
        return unknown(Error::Encode, charset);
    QStringEncoder encoder(kind->encoding);
    const QByteArray bytes = encoder(text);
    if (encoder.hasError() || (kind->asciiOnly && !isAscii(bytes)))
        return misfit(Error::Encode, charset);
    return bytes;
}

Result<QString> decode(QByteArrayView bytes, const QString &charset)
{
    const auto kind = find(charset);
    if (!kind)
        return unknown(Error::Decode, charset);
    if (kind->asciiOnly && !isAscii(bytes))
        return misfit(Error::Decode, charset);
    if (kind->encoding == QStringConverter::Utf8) { // the usual one, by the fast way
        if (!bytes.isValidUtf8())
            return misfit(Error::Decode, charset);
        return QString::fromUtf8(bytes);
    }
    QStringDecoder decoder(kind->encoding, QStringConverter::Flag::Stateless);
    const QString text = decoder(bytes);
    if (decoder.hasError())
        return misfit(Error::Decode, charset);
    return text;
}

} // namespace Qombu::Charset
