// SPDX-License-Identifier: BSD-3-Clause
#include "json.h"

#include <Qombu/serializer.h>

namespace {

constexpr qsizetype EscapeLength = 6; // \uXXXX

// The UTF-16 unit that is escaped at this place; 0 if none is.
char16_t escapedUnit(QByteArrayView json, qsizetype at)
{
    if (at + EscapeLength > json.size() || json[at] != '\\' || json[at + 1] != 'u')
        return 0;
    return char16_t(json.sliced(at + 2, 4).toUShort(nullptr, 16));
}

} // namespace

Qombu::Result<QVariant> parseJson(const QByteArray &text)
{
    return Qombu::serializer(QStringLiteral("json"))->deserialize(text);
}

Qombu::Result<QByteArray> writeJson(const QVariant &value)
{
    return Qombu::serializer(QStringLiteral("json"))->serialize(value);
}

QString readableJson(const QByteArray &json)
{
    QByteArray result;
    result.reserve(json.size());
    for (qsizetype at = 0; at < json.size();) {
        char32_t code = escapedUnit(json, at);
        qsizetype length = code ? EscapeLength : json[at] == '\\' ? 2 : 1;
        const char16_t low = escapedUnit(json, at + length);
        if (QChar::isHighSurrogate(code) && QChar::isLowSurrogate(low)) {
            code = QChar::surrogateToUcs4(char16_t(code), low);
            length += EscapeLength;
        }
        if (code > 0x7f && QChar::isPrint(code) && !QChar::isSurrogate(code))
            result += QString::fromUcs4(&code, 1).toUtf8();
        else
            result += json.mid(at, length);
        at += length;
    }
    return QString::fromUtf8(result);
}
