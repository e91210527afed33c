// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qbytearrayview.h>

#include <optional>

namespace Qombu {

// Finds places in a JSON text without reading it into values, so that single bytes can be changed
// and all others kept. Plain class; looks at the shape only and gives up on what has none.
class JsonScanner
{
public:
    // A value's bytes: text.sliced(begin, end - begin).
    struct Span
    {
        qsizetype begin = 0;
        qsizetype end = 0;
    };

    explicit JsonScanner(QByteArrayView text)
        : m_text(text)
    {
    }

    // The whole value; nothing if there is none or more than one.
    std::optional<Span> root() const;
    // Where the value that begins at this place ends; -1: there is none.
    qsizetype afterValue(qsizetype at) const;
    bool isObject(Span value) const { return m_text[value.begin] == '{'; }
    bool isEmptyObject(Span object) const;
    // The value of key in object; of equal keys the last, as every JSON reader of note does.
    std::optional<Span> member(Span object, QByteArrayView key);
    // Whether a member() met something that is no object.
    bool isBroken() const { return m_broken; }
    QByteArrayView bytes(Span value) const
    {
        return m_text.sliced(value.begin, value.end - value.begin);
    }

private:
    qsizetype afterSpace(qsizetype at) const;
    qsizetype afterString(qsizetype at) const; // -1: no string
    bool isKey(Span string, QByteArrayView key) const;

    const QByteArrayView m_text;
    bool m_broken = false;
};

} // namespace Qombu
