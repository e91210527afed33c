// SPDX-License-Identifier: BSD-3-Clause
#include "decoders/hexdump.h"

namespace Qombu::Inspector {

QString hexDump(QByteArrayView bytes, qsizetype maximumBytes)
{
    constexpr qsizetype Width = 16;
    constexpr char Digits[] = "0123456789abcdef";
    bytes = bytes.first(qMin(bytes.size(), maximumBytes));
    QByteArray out;
    out.reserve((bytes.size() / Width + 1) * 78);
    for (qsizetype line = 0; line < bytes.size(); line += Width) {
        out += QByteArray::number(line, 16).rightJustified(8, '0') + "  ";
        QByteArray ascii;
        for (qsizetype i = line; i < line + Width; ++i) {
            if (i == line + Width / 2)
                out += ' ';
            if (i >= bytes.size()) {
                out += "   ";
                continue;
            }
            const auto byte = static_cast<unsigned char>(bytes[i]);
            out += Digits[byte >> 4];
            out += Digits[byte & 15];
            out += ' ';
            ascii += byte >= 0x20 && byte < 0x7f ? char(byte) : '.';
        }
        out += ' ' + ascii + '\n';
    }
    out.chop(out.isEmpty() ? 0 : 1);
    return QString::fromLatin1(out);
}

} // namespace Qombu::Inspector
