// SPDX-License-Identifier: BSD-3-Clause
#include "core/base64_p.h"
#include "core/jsonvalues_p.h"

#include <Qombu/exactnumber.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdatetime.h>
#include <QtCore/quuid.h>

#include <array>
#include <charconv>
#include <limits>

namespace Qombu::Json {

namespace {

bool isInteger(QByteArrayView text)
{
    for (const char c : text) {
        if (c == '.' || c == 'e' || c == 'E')
            return false;
    }
    return true;
}

QVariant dateTimeValue(const QString &text)
{
    const QDateTime value = QDateTime::fromString(text, Qt::ISODateWithMs);
    return value.isValid() ? QVariant(value) : QVariant();
}

// The reader also takes a full timestamp and drops the time.
QVariant dateValue(const QString &text)
{
    const QDate value = QDate::fromString(text.left(10), Qt::ISODate);
    return value.isValid() ? QVariant(value) : QVariant();
}

// QTime has no offset: a time with one stays the object it was, so that nothing is lost.
QVariant timeValue(const QString &text)
{
    const QTime value = QTime::fromString(text, Qt::ISODateWithMs);
    const bool hasOffset = text.contains(u'+') || text.contains(u'-') || text.endsWith(u'Z');
    return value.isValid() && !hasOffset ? QVariant(value) : QVariant();
}

QVariant uuidValue(const QVariant &value)
{
    const QVariantMap object = value.toMap();
    QString hex = object.value(QStringLiteral("hex")).toString();
    hex.remove(u'-');
    if (hex.size() != 32)
        return {};
    QByteArray bytes = QByteArray::fromHex(hex.toLatin1());
    if (bytes.size() != 16)
        return {};
    const int version = object.value(QStringLiteral("version")).toInt();
    if (version >= 1 && version <= 5) { // as Python's UUID(hex, version=…)
        bytes[6] = char((bytes[6] & 0x0f) | version << 4);
        bytes[8] = char((bytes[8] & 0x3f) | 0x80);
    }
    return QUuid::fromRfc4122(bytes);
}

QVariant textualValue(const QString &type, const QString &text)
{
    if (type == QLatin1String("datetime"))
        return dateTimeValue(text);
    if (type == QLatin1String("date"))
        return dateValue(text);
    if (type == QLatin1String("time"))
        return timeValue(text);
    if (type == QLatin1String("decimal"))
        return QVariant::fromValue(ExactNumber(ExactNumber::Decimal, text));
    if (type == QLatin1String("bytes"))
        return text.toUtf8();
    if (type == QLatin1String("base64")) {
        if (auto bytes = decodeBase64(text.toUtf8()))
            return std::move(*bytes);
    }
    return {};
}

} // namespace

QVariant numberValue(QByteArrayView text)
{
    const char *const begin = text.data();
    const char *const end = begin + text.size();
    if (text.back() < '0' || text.back() > '9') { // NaN, Infinity
        if (text == "NaN")
            return std::numeric_limits<double>::quiet_NaN();
        if (text == "Infinity")
            return std::numeric_limits<double>::infinity();
        if (text == "-Infinity")
            return -std::numeric_limits<double>::infinity();
        return {};
    }
    if (!isInteger(text)) {
        double value = 0;
        const auto result = std::from_chars(begin, end, value);
        return result.ec == std::errc() ? value : beyondDouble(text);
    }
    qint64 value = 0;
    if (std::from_chars(begin, end, value).ec == std::errc())
        return value;
    quint64 positive = 0;
    if (*begin != '-' && std::from_chars(begin, end, positive).ec == std::errc())
        return positive;
    return QVariant::fromValue(ExactNumber(ExactNumber::Integer, QString::fromLatin1(text)));
}

QVariant typedValue(QVariantMap &&object)
{
    if (object.size() != 2)
        return std::move(object);
    const auto type = object.constFind(QStringLiteral("__type__"));
    const auto value = object.constFind(QStringLiteral("__value__"));
    if (type == object.cend() || value == object.cend())
        return std::move(object);
    const QString name = type->toString();
    QVariant result;
    if (name == QLatin1String("uuid"))
        result = uuidValue(*value);
    else if (value->typeId() == QMetaType::QString)
        result = textualValue(name, value->toString());
    return result.isValid() ? result : QVariant(std::move(object));
}

void ValueBuilder::reset()
{
    m_values = 0;
    m_open.clear();
    m_value = QVariant();
    m_error = Error();
    m_done = false;
}

bool ValueBuilder::RawNumber(const char *text, rapidjson::SizeType size, bool)
{
    QVariant value = numberValue(QByteArrayView(text, qsizetype(size)));
    if (value.isValid())
        return add(std::move(value));
    m_error = Error(Error::Decode,
                    QCoreApplication::translate("Qombu::Json", "\"%1\" is no number.")
                        .arg(QString::fromLatin1(text, qsizetype(size))));
    return false;
}

bool ValueBuilder::EndObject(rapidjson::SizeType)
{
    QVariantMap map(std::move(m_open.back().map));
    m_open.pop_back();
    return add(typedValue(std::move(map)));
}

bool ValueBuilder::EndArray(rapidjson::SizeType)
{
    QVariantList list = std::move(m_open.back().list);
    m_open.pop_back();
    return add(std::move(list));
}

bool ValueBuilder::open(bool isObject)
{
    if (m_open.size() >= MaximumDepth) {
        m_error = tooDeep();
        return false;
    }
    m_open.emplace_back().isObject = isObject;
    return true;
}

bool ValueBuilder::count(qint64 values)
{
    m_values += values;
    if (m_values <= m_mostValues)
        return true;
    m_error = Error(Error::LimitExceeded,
                    QCoreApplication::translate("Qombu::Json",
                                                "There are more values in it than the limit of %1.")
                        .arg(m_mostValues));
    return false;
}

bool ValueBuilder::add(QVariant &&value)
{
    if (!count(1))
        return false;
    if (m_open.empty()) {
        m_value = std::move(value);
        m_done = true;
        return true;
    }
    Level &level = m_open.back();
    if (level.isObject)
        level.map.insert_or_assign(std::move(level.key), std::move(value)); // the last one wins
    else
        level.list.append(std::move(value));
    return true;
}

} // namespace Qombu::Json
