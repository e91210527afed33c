// SPDX-License-Identifier: BSD-3-Clause
#include "core/base64_p.h"

#include <QtCore/qendian.h>

#include <array>

namespace Qombu {

namespace {

constexpr char Alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Two characters for every twelve bits: half as many look-ups as one for six.
constexpr auto Pairs = [] {
    std::array<std::array<char, 2>, 4096> table{};
    for (size_t i = 0; i < table.size(); ++i)
        table[i] = {Alphabet[i >> 6], Alphabet[i & 63]};
    return table;
}();

constexpr quint8 Foreign = 0xff;
constexpr quint8 Space = 0xfe;

constexpr auto Values = [] {
    std::array<quint8, 256> table{};
    for (quint8 &value : table)
        value = Foreign;
    for (quint8 i = 0; i < 64; ++i)
        table[quint8(Alphabet[i])] = i;
    for (const char space : {' ', '\t', '\r', '\n'})
        table[quint8(space)] = Space;
    return table;
}();

// The four bytes in front of a decoder that are no plain quartet: white space, padding, garbage.
class SlowTail
{
public:
    explicit SlowTail(QByteArrayView text)
        : m_text(text)
    {
    }

    // Appends the rest to out; false if it is no base64.
    bool decode(char *&out)
    {
        quint32 bits = 0;
        int sextets = 0;
        int padding = 0;
        for (const char c : m_text) {
            const quint8 value = Values[quint8(c)];
            if (value == Space)
                continue;
            if (c == '=') {
                ++padding;
                continue;
            }
            if (value == Foreign || padding)
                return false;
            bits = bits << 6 | value;
            if (++sextets == 4) {
                *out++ = char(bits >> 16);
                *out++ = char(bits >> 8);
                *out++ = char(bits);
                sextets = 0;
            }
        }
        if (sextets == 0)
            return padding == 0;
        if (sextets == 1 || padding != 4 - sextets)
            return false;
        if (sextets == 2) {
            *out++ = char(bits >> 4);
        } else {
            *out++ = char(bits >> 10);
            *out++ = char(bits >> 2);
        }
        return true;
    }

private:
    QByteArrayView m_text;
};

} // namespace

void appendBase64(ByteSink &out, QByteArrayView bytes)
{
    const auto *in = reinterpret_cast<const uchar *>(bytes.data());
    qsizetype left = bytes.size();
    char *to = out.room((left + 2) / 3 * 4);
    // Six bytes of the eight that are read at once.
    for (; left >= 8; left -= 6, in += 6, to += 8) {
        const quint64 bits = qFromBigEndian<quint64>(in);
        std::memcpy(to, Pairs[bits >> 52].data(), 2);
        std::memcpy(to + 2, Pairs[bits >> 40 & 4095].data(), 2);
        std::memcpy(to + 4, Pairs[bits >> 28 & 4095].data(), 2);
        std::memcpy(to + 6, Pairs[bits >> 16 & 4095].data(), 2);
    }
    for (; left >= 3; left -= 3, in += 3, to += 4) {
        const quint32 bits = quint32(in[0]) << 16 | quint32(in[1]) << 8 | in[2];
        std::memcpy(to, Pairs[bits >> 12].data(), 2);
        std::memcpy(to + 2, Pairs[bits & 4095].data(), 2);
    }
    if (left > 0) {
        const quint32 bits = quint32(in[0]) << 16 | (left > 1 ? quint32(in[1]) << 8 : 0);
        std::memcpy(to, Pairs[bits >> 12].data(), 2);
        to[2] = left > 1 ? Alphabet[bits >> 6 & 63] : '=';
        to[3] = '=';
        to += 4;
    }
    out.advance(to);
}

std::optional<QByteArray> decodeBase64(QByteArrayView text)
{
    QByteArray result(text.size() / 4 * 3 + 3, Qt::Uninitialized);
    const auto *in = reinterpret_cast<const uchar *>(text.data());
    const uchar *const end = in + text.size();
    char *out = result.data();
    for (; end - in >= 4; in += 4, out += 3) {
        const quint32 a = Values[in[0]], b = Values[in[1]], c = Values[in[2]], d = Values[in[3]];
        if ((a | b | c | d) >= 64)
            break;
        const quint32 bits = a << 18 | b << 12 | c << 6 | d;
        out[0] = char(bits >> 16);
        out[1] = char(bits >> 8);
        out[2] = char(bits);
    }
    const qsizetype done = in - reinterpret_cast<const uchar *>(text.data());
    if (!SlowTail(text.sliced(done)).decode(out))
        return std::nullopt;
    result.truncate(out - result.constData());
    return result;
}

} // namespace Qombu
