// SPDX-License-Identifier: BSD-3-Clause
#include "core/jsonreader_p.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qstring.h>

#include <rapidjson/error/en.h>

namespace Qombu::Json {

Error notJson(rapidjson::ParseErrorCode code, size_t offset)
{
    return Error(Error::Decode,
                 QCoreApplication::translate("Qombu::Json", "Not valid JSON at byte %1: %2")
                     .arg(offset)
                     .arg(QString::fromLatin1(rapidjson::GetParseError_En(code))));
}

Error notUtf8()
{
    return Error(Error::Decode,
                 QCoreApplication::translate("Qombu::Json", "The JSON text is not valid UTF-8."));
}

Error tooDeep()
{
    return Error(Error::Decode,
                 QCoreApplication::translate(
                     "Qombu::Json", "The JSON text is nested deeper than the limit of %1 levels.")
                     .arg(MaximumDepth));
}

namespace {

// The code unit of the "\uXXXX" at text, or -1 if there is none.
int escapedUnit(const char *text)
{
    if (text[0] != '\\' || text[1] != 'u')
        return -1;
    int unit = 0;
    for (int i = 2; i < 6; ++i) {
        const int digit = QByteArrayView("0123456789abcdef").indexOf(text[i] | 0x20);
        if (digit < 0 || !text[i])
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

} // namespace

void replaceLoneSurrogates(char *text)
{
    while (*text) {
        if (*text != '\\') {
            ++text;
            continue;
        }
        const int unit = escapedUnit(text);
        if (unit < 0) {
            text += text[1] ? 2 : 1;
            continue;
        }
        const bool high = unit >= 0xd800 && unit < 0xdc00;
        const int next = high ? escapedUnit(text + 6) : -1;
        if (high && next >= 0xdc00 && next < 0xe000) {
            text += 12;
            continue;
        }
        if (unit >= 0xd800 && unit < 0xe000)
            std::memcpy(text + 2, "fffd", 4);
        text += 6;
    }
}

} // namespace Qombu::Json
