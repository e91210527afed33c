// SPDX-License-Identifier: BSD-3-Clause
#include "core/base64_p.h"
#include "core/jsonwriter_p.h"

#include <Qombu/exactnumber.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdatetime.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qjsonvalue.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>

#include <cmath>

namespace Qombu::Json {

namespace {

constexpr int DeepestWritten = 512; // what our reader and Python's accept

// Seconds have no fraction or, as in Python, one of six digits.
template<typename Time>
QString isoText(const Time &time, int milliseconds)
{
    if (!time.isValid())
        return {};
    QString text = time.toString(milliseconds ? Qt::ISODateWithMs : Qt::ISODate);
    if (milliseconds)
        text.insert(text.indexOf(u'.') + 4, QStringLiteral("000"));
    return text;
}

// The reader may be in another zone.
QDateTime withOffset(const QDateTime &time)
{
    return time.timeSpec() == Qt::LocalTime ? time.toOffsetFromUtc(time.offsetFromUtc()) : time;
}

// Writes the values of one text; remembers what failed and, while unwinding, where.
class Writer
{
public:
    Writer(ByteSink &out, TypedValues typed)
        : m_out(out)
        , m_typed(typed)
    {
    }

    bool write(const QVariant &value);
    template<typename Map>
    bool writeMap(const Map &map);

    Error error(const QString &path) const
    {
        const QString place = path + m_path;
        return Error(Error::Encode, m_reason.arg(place)).withWhere(place);
    }

private:
    template<typename List>
    bool writeList(const List &list);
    bool writeOther(const QVariant &value);
    bool writeTyped(const QVariant &value);
    bool writeQtJson(const QVariant &value);
    bool writeConverted(const QVariant &value);
    bool writeDouble(double value);
    bool writeBytes(const QByteArray &bytes);
    bool writeNumber(const ExactNumber &number);
    bool writeUuid(const QUuid &id);
    bool writeJson(const QJsonValue &value);
    bool writeText(const QString &type, const QString &text);
    bool enter();
    bool fail(const char *reason);
    bool failed(const QString &segment)
    {
        m_path.prepend(segment);
        return false;
    }

    bool writeItem(const QVariant &item) { return write(item); }
    bool writeItem(const QJsonValue &item) { return writeJson(item); }
    bool writeItem(const QString &item)
    {
        appendString(m_out, item);
        return true;
    }
    bool writeItem(const QByteArray &item) { return writeBytes(item); }

    ByteSink &m_out;
    const TypedValues m_typed;
    int m_depth = 0;
    QString m_reason;
    QString m_path;
};

// Reasons have %1 for the place.
bool Writer::fail(const char *reason)
{
    m_reason = QCoreApplication::translate("Qombu::Json", reason);
    return false;
}

bool Writer::enter()
{
    if (++m_depth <= DeepestWritten)
        return true;
    return fail(
        QT_TRANSLATE_NOOP("Qombu::Json", "The value is nested deeper than 512 levels (at %1)."));
}

template<typename Map>
bool Writer::writeMap(const Map &map)
{
    if (!enter())
        return false;
    m_out.put('{');
    bool first = true;
    for (auto item = map.begin(); item != map.end(); ++item) {
        if (!first)
            m_out.put(", ");
        first = false;
        appendString(m_out, item.key());
        m_out.put(": ");
        if (!writeItem(item.value()))
            return failed(u'.' + item.key());
    }
    m_out.put('}');
    --m_depth;
    return true;
}

template<typename List>
bool Writer::writeList(const List &list)
{
    if (!enter())
        return false;
    m_out.put('[');
    qsizetype index = 0;
    for (auto item = list.begin(); item != list.end(); ++item, ++index) {
        if (index)
            m_out.put(", ");
        if (!writeItem(*item))
            return failed(u'[' + QString::number(index) + u']');
    }
    m_out.put(']');
    --m_depth;
    return true;
}

template<typename T>
const T &as(const QVariant &value)
{
    return *static_cast<const T *>(value.constData());
}

bool Writer::write(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::QString:
        appendString(m_out, as<QString>(value));
        return true;
    case QMetaType::Int:
        appendInteger(m_out, as<int>(value));
        return true;
    case QMetaType::LongLong:
        appendInteger(m_out, as<qint64>(value));
        return true;
    case QMetaType::Bool:
        m_out.put(as<bool>(value) ? "true" : "false");
        return true;
    case QMetaType::Double:
        return writeDouble(as<double>(value));
    case QMetaType::QVariantMap:
        return writeMap(as<QVariantMap>(value));
    case QMetaType::QVariantList:
        return writeList(as<QVariantList>(value));
    case QMetaType::UnknownType:
    case QMetaType::Nullptr:
        m_out.put("null");
        return true;
    default:
        return writeOther(value);
    }
}

// What is less usual; each of these hands on what it does not know.
bool Writer::writeOther(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::QByteArray:
        return writeBytes(as<QByteArray>(value));
    case QMetaType::QStringList:
        return writeList(as<QStringList>(value));
    case QMetaType::QByteArrayList:
        return writeList(as<QByteArrayList>(value));
    case QMetaType::QVariantHash:
        return writeMap(as<QVariantHash>(value));
    case QMetaType::UInt:
    case QMetaType::Short:
    case QMetaType::UShort:
    case QMetaType::Char:
    case QMetaType::SChar:
    case QMetaType::UChar:
    case QMetaType::Long:
        appendInteger(m_out, value.toLongLong());
        return true;
    case QMetaType::ULong:
    case QMetaType::ULongLong:
        appendUnsigned(m_out, value.toULongLong());
        return true;
    case QMetaType::Float:
        return writeDouble(double(as<float>(value)));
    case QMetaType::QChar:
        appendString(m_out, QStringView(&as<QChar>(value), 1));
        return true;
    case QMetaType::QUrl:
        appendString(m_out, as<QUrl>(value).toString(QUrl::FullyEncoded));
        return true;
    default:
        return writeTyped(value);
    }
}

// Values that Kombu's dialect has a type for.
bool Writer::writeTyped(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::QDateTime: {
        const QDateTime time = withOffset(as<QDateTime>(value));
        QString text = isoText(time, time.time().msec());
        if (text.endsWith(u'Z')) // which Python reads since 3.11 only
            text.replace(text.size() - 1, 1, QStringLiteral("+00:00"));
        return writeText(QStringLiteral("datetime"), text);
    }
    case QMetaType::QDate:
        return writeText(QStringLiteral("date"), as<QDate>(value).toString(Qt::ISODate));
    case QMetaType::QTime: {
        const auto &time = as<QTime>(value);
        return writeText(QStringLiteral("time"), isoText(time, time.msec()));
    }
    case QMetaType::QUuid:
        return writeUuid(as<QUuid>(value));
    default:
        return writeQtJson(value);
    }
}

bool Writer::writeQtJson(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::QJsonValue:
        return writeJson(as<QJsonValue>(value));
    case QMetaType::QJsonObject:
        return writeMap(as<QJsonObject>(value));
    case QMetaType::QJsonDocument: {
        const auto &document = as<QJsonDocument>(value);
        return document.isArray() ? writeList(document.array()) : writeMap(document.object());
    }
    case QMetaType::QJsonArray:
        return writeList(as<QJsonArray>(value));
    default:
        return writeConverted(value);
    }
}

// Types of the application: enumerations, containers, ExactNumber.
bool Writer::writeConverted(const QVariant &value)
{
    const QMetaType type = value.metaType();
    if (type == QMetaType::fromType<ExactNumber>())
        return writeNumber(as<ExactNumber>(value));
    if (type.flags() & QMetaType::IsEnumeration) {
        appendInteger(m_out, value.toLongLong());
        return true;
    }
    if (value.canConvert<QVariantMap>())
        return writeMap(value.value<QVariantMap>());
    if (value.canConvert<QVariantHash>())
        return writeMap(value.value<QVariantHash>());
    if (value.canConvert<QVariantList>())
        return writeList(value.value<QVariantList>());
    m_reason =
        QCoreApplication::translate("Qombu::Json", "JSON cannot hold a value of type %1 (at %2).")
            .arg(QString::fromUtf8(type.name()), QStringLiteral("%1"));
    return false;
}

bool Writer::writeDouble(double value)
{
    if (!std::isfinite(value)) {
        return fail(QT_TRANSLATE_NOOP("Qombu::Json",
                                      "JSON has no infinity and no \"not a number\" (at %1)."));
    }
    appendDouble(m_out, value);
    return true;
}

// Bytes that are text are text. Others would be lost as text: they are a typed object in any case.
bool Writer::writeBytes(const QByteArray &bytes)
{
    const bool isText = QByteArrayView(bytes).isValidUtf8();
    if (isText && m_typed == TypedValues::Plain) {
        appendUtf8String(m_out, bytes);
        return true;
    }
    m_out.put(isText ? R"({"__type__": "bytes", "__value__": )"
                     : R"({"__type__": "base64", "__value__": )");
    if (isText) {
        appendUtf8String(m_out, bytes);
    } else {
        m_out.put('"');
        appendBase64(m_out, bytes);
        m_out.put('"');
    }
    m_out.put('}');
    return true;
}

bool Writer::writeNumber(const ExactNumber &number)
{
    if (number.kind() == ExactNumber::Decimal)
        return writeText(QStringLiteral("decimal"), number.text());
    const QByteArray digits = number.text().toLatin1();
    const qsizetype sign = digits.startsWith('-') ? 1 : 0;
    bool fits = digits.size() > sign && (digits[sign] != '0' || digits.size() == sign + 1);
    for (qsizetype i = sign; i < digits.size(); ++i)
        fits = fits && digits[i] >= '0' && digits[i] <= '9';
    if (!fits)
        return fail(QT_TRANSLATE_NOOP("Qombu::Json", "The exact integer is no integer (at %1)."));
    m_out.put(digits);
    return true;
}

bool Writer::writeUuid(const QUuid &id)
{
    if (m_typed == TypedValues::Plain) {
        appendString(m_out, id.toString(QUuid::WithoutBraces));
        return true;
    }
    m_out.put(R"({"__type__": "uuid", "__value__": {"hex": ")");
    m_out.put(id.toByteArray(QUuid::Id128));
    m_out.put("\"}}");
    return true;
}

bool Writer::writeJson(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Object:
        return writeMap(value.toObject());
    case QJsonValue::Array:
        return writeList(value.toArray());
    case QJsonValue::String:
        appendString(m_out, value.toString());
        return true;
    default:
        return write(value.toVariant());
    }
}

// A value that has a text but no type of JSON's. Invalid dates have no text: null.
bool Writer::writeText(const QString &type, const QString &text)
{
    if (text.isEmpty()) {
        m_out.put("null");
        return true;
    }
    const bool typed = m_typed == TypedValues::Typed;
    if (typed) {
        m_out.put(R"({"__type__": ")");
        m_out.put(type.toLatin1());
        m_out.put(R"(", "__value__": )");
    }
    appendString(m_out, text);
    if (typed)
        m_out.put('}');
    return true;
}

} // namespace

Error append(ByteSink &out, const QVariant &value, TypedValues typed, const QString &path)
{
    const qsizetype before = out.size();
    Writer writer(out, typed);
    if (writer.write(value))
        return {};
    out.truncate(before);
    return writer.error(path);
}

Error append(ByteSink &out, const QVariantMap &map, TypedValues typed, const QString &path)
{
    const qsizetype before = out.size();
    Writer writer(out, typed);
    if (writer.writeMap(map))
        return {};
    out.truncate(before);
    return writer.error(path);
}

} // namespace Qombu::Json
