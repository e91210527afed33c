// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/jsonreader_p.h"

#include <QtCore/qvariant.h>
#include <QtCore/qvarlengtharray.h>

#include <map>

namespace Qombu::Json {

// The number of a JSON text: qint64, quint64 or ExactNumber for integers, else double. Invalid for
// the words that Python does not write ("Inf", "-NaN").
QVariant numberValue(QByteArrayView text);

// Turns an object of exactly __type__ and __value__ into its value; an object of
// another shape, of an unknown type or with a value that does not fit stays as it is.
QVariant typedValue(QVariantMap &&object);

// In one text, unless its reader is told otherwise. A value takes about 64 bytes; a text counts as
// one more for every 32 of its own, each of which takes two.
constexpr qint64 MostValues = 4 << 20;
constexpr qint64 BytesOfValue = 64;

// Builds the QVariant of one JSON value from the reader's events: objects are QVariantMap, arrays
// QVariantList, null a valid QVariant of nullptr. Plain class.
class ValueBuilder
{
public:
    // More values end with Error::LimitExceeded.
    explicit ValueBuilder(qint64 mostValues = MostValues)
        : m_mostValues(mostValues)
    {
    }
    qint64 values() const { return m_values; } // so far
    void reset();
    bool isDone() const { return m_done; }
    QVariant takeValue() { return std::move(m_value); }
    Error takeError() const { return m_error; }

    bool Null() { return add(QVariant::fromValue(nullptr)); }
    bool Bool(bool value) { return add(value); }
    bool String(const char *text, rapidjson::SizeType size, bool)
    {
        return count(valuesOfText(size)) && add(QString::fromUtf8(text, qsizetype(size)));
    }
    bool RawNumber(const char *text, rapidjson::SizeType size, bool);
    bool Int(int value) { return add(qint64(value)); }
    bool Uint(unsigned value) { return add(qint64(value)); }
    bool Int64(qint64 value) { return add(value); }
    bool Uint64(quint64 value) { return add(value); }
    bool Double(double value) { return add(value); }
    bool StartObject() { return open(true); }
    bool Key(const char *text, rapidjson::SizeType size, bool)
    {
        m_open.back().key = QString::fromUtf8(text, qsizetype(size));
        return count(valuesOfText(size));
    }
    bool EndObject(rapidjson::SizeType);
    bool StartArray() { return open(false); }
    bool EndArray(rapidjson::SizeType);

private:
    struct Level
    {
        bool isObject;
        QString key;
        std::map<QString, QVariant> map;
        QVariantList list;
    };

    bool open(bool isObject);
    bool add(QVariant &&value);
    static qint64 valuesOfText(rapidjson::SizeType size)
    {
        return qint64(size) * qint64(sizeof(QChar)) / BytesOfValue;
    }
    bool count(qint64 values);

    qint64 m_mostValues;
    qint64 m_values = 0;

    QVarLengthArray<Level, 4> m_open;
    QVariant m_value;
    Error m_error;
    bool m_done = false;
};

} // namespace Qombu::Json
