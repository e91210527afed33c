// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/fieldtable.h"

#include "transports/amqp/wire/amqpbytes.h"
#include "transports/amqp/wire/amqptext.h"
#include "transports/amqp/wire/tablecheck.h"
#include "transports/amqp/wire/utf8text.h"

#include <Qombu/exactnumber.h>

#include <QDateTime>
#include <QStringDecoder>
#include <QTimeZone>

#include <limits>

namespace Qombu::Amqp {

namespace {

// Builds the C structures of one table in a pool.
class TableMaker
{
public:
    explicit TableMaker(Pool &pool)
        : m_pool(pool)
    {
    }

    Error make(const QVariantMap &values, amqp_table_t &table)
    {
        makeMap(values, table, QString(), 1);
        return m_error;
    }

private:
    template<typename T>
    T *allocate(qsizetype count)
    {
        return static_cast<T *>(m_pool.allocate(std::size_t(count) * sizeof(T)));
    }

    void fail(const QString &path, const QString &why)
    {
        if (!m_error.isError())
            m_error = Error(Error::Encode,
                            Text::tr("\"%1\" cannot be written in AMQP: %2").arg(path, why))
                          .withWhere(path);
    }

    void makeMap(const QVariantMap &values, amqp_table_t &table, const QString &path, int depth)
    {
        table = {int(values.size()), allocate<amqp_table_entry_t>(values.size())};
        if (depth > MostTableDepth)
            return fail(path, Text::tr("it is nested more than %1 deep").arg(MostTableDepth));
        amqp_table_entry_t *entry = table.entries;
        for (auto value = values.cbegin(); value != values.cend() && !m_error.isError(); ++value) {
            const QString inner = path.isEmpty() ? value.key() : path + u'.' + value.key();
            const auto key = m_pool.shortText(value.key());
            if (!key)
                return fail(inner,
                            Text::tr("a key has at most %1 bytes of UTF-8").arg(MostShortBytes));
            entry->key = rawBytes(*key);
            makeValue(*value, entry->value, inner, depth);
            ++entry;
        }
    }

    void makeList(const QVariantList &values, amqp_array_t &array, const QString &path, int depth)
    {
        array = {int(values.size()), allocate<amqp_field_value_t>(values.size())};
        if (depth > MostTableDepth)
            return fail(path, Text::tr("it is nested more than %1 deep").arg(MostTableDepth));
        for (qsizetype i = 0; i < values.size() && !m_error.isError(); ++i)
            makeValue(values[i], array.entries[i],
                      QStringLiteral("%1[%2]").arg(path, QString::number(i)), depth);
    }

    void makeInteger(qint64 number, amqp_field_value_t &field)
    {
        const bool fits = number >= std::numeric_limits<qint32>::min()
            && number <= std::numeric_limits<qint32>::max();
        field.kind = fits ? AMQP_FIELD_KIND_I32 : AMQP_FIELD_KIND_U64; // 'I' or 'L'
        if (fits)
            field.value.i32 = qint32(number);
        else
            field.value.i64 = number;
    }

    // Brokers read 'L' as signed. What is larger was read from the one unsigned field there is.
    void makeUnsigned(quint64 number, amqp_field_value_t &field)
    {
        if (number <= quint64(std::numeric_limits<qint64>::max()))
            return makeInteger(qint64(number), field);
        field.kind = AMQP_FIELD_KIND_TIMESTAMP;
        field.value.u64 = number;
    }

    void makeText(QByteArrayView text, amqp_field_value_t &field)
    {
        field.kind = AMQP_FIELD_KIND_UTF8;
        field.value.bytes = rawBytes(text);
    }

    // Whole seconds, as py-amqp writes them.
    void makeTime(const QDateTime &time, amqp_field_value_t &field, const QString &path)
    {
        if (!time.isValid() || time.toSecsSinceEpoch() < 0)
            return fail(path, Text::tr("it is no time after 1970"));
        field.kind = AMQP_FIELD_KIND_TIMESTAMP;
        field.value.u64 = quint64(time.toSecsSinceEpoch());
    }

    // A decimal that was read can be written: AMQP 0-9-1 §4.2.5.5.
    void makeDecimal(const ExactNumber &number, amqp_field_value_t &field, const QString &path)
    {
        QString digits = number.text();
        const qsizetype point = digits.indexOf(u'.');
        const qsizetype places = point < 0 ? 0 : digits.size() - point - 1;
        bool fits = false;
        const qint32 value = digits.remove(u'.').toInt(&fits);
        if (!fits || places > std::numeric_limits<quint8>::max())
            return fail(path, Text::tr("a decimal has 31 bits"));
        field.kind = AMQP_FIELD_KIND_DECIMAL;
        field.value.decimal = {quint8(places), quint32(value)};
    }

    void makeValue(const QVariant &value, amqp_field_value_t &field, const QString &path,
                   int depth);

    Pool &m_pool;
    Error m_error;
};

void TableMaker::makeValue(const QVariant &value, amqp_field_value_t &field, const QString &path,
                           int depth)
{
    switch (value.typeId()) {
    case QMetaType::UnknownType:
    case QMetaType::Nullptr:
        field.kind = AMQP_FIELD_KIND_VOID;
        return;
    case QMetaType::Bool:
        field.kind = AMQP_FIELD_KIND_BOOLEAN;
        field.value.boolean = value.toBool();
        return;
    case QMetaType::ULongLong:
    case QMetaType::ULong:
        return makeUnsigned(value.toULongLong(), field);
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
    case QMetaType::Long:
    case QMetaType::Short:
    case QMetaType::UShort:
    case QMetaType::Char:
    case QMetaType::SChar:
    case QMetaType::UChar:
        return makeInteger(value.toLongLong(), field);
    case QMetaType::Float:
    case QMetaType::Double:
        field.kind = AMQP_FIELD_KIND_F64;
        field.value.f64 = value.toDouble();
        return;
    case QMetaType::QString:
        return makeText(m_pool.utf8(*static_cast<const QString *>(value.constData())), field);
    case QMetaType::QByteArray:
        return makeText(*static_cast<const QByteArray *>(value.constData()), field);
    case QMetaType::QDateTime:
        return makeTime(value.toDateTime(), field, path);
    case QMetaType::QVariantList:
    case QMetaType::QStringList:
        field.kind = AMQP_FIELD_KIND_ARRAY;
        return makeList(value.toList(), field.value.array, path, depth + 1);
    case QMetaType::QVariantMap:
    case QMetaType::QVariantHash:
        field.kind = AMQP_FIELD_KIND_TABLE;
        return makeMap(value.toMap(), field.value.table, path, depth + 1);
    default:
        if (value.metaType() == QMetaType::fromType<ExactNumber>())
            return makeDecimal(value.value<ExactNumber>(), field, path);
        return fail(path,
                    Text::tr("there is no field of type %1")
                        .arg(QString::fromLatin1(value.metaType().name())));
    }
}

QVariant textValue(const amqp_bytes_t &bytes)
{
    const QByteArrayView view = viewOf(bytes);
    QStringDecoder decoder(QStringConverter::Utf8,
                           QStringConverter::Flag::Stateless
                               | QStringConverter::Flag::ConvertInitialBom);
    QString text = decoder(view);
    return decoder.hasError() ? QVariant(view.toByteArray()) : QVariant(text);
}

// §4.2.5.5: so many decimal places, and a signed integer.
QVariant decimalValue(const amqp_decimal_t &decimal)
{
    const qint64 number = qint32(decimal.value);
    QString digits = QString::number(qAbs(number));
    if (decimal.decimals > 0) {
        digits = digits.rightJustified(decimal.decimals + 1, u'0');
        digits.insert(digits.size() - decimal.decimals, u'.');
    }
    return QVariant::fromValue(
        ExactNumber(ExactNumber::Decimal, number < 0 ? u'-' + digits : digits));
}

QVariant timeValue(quint64 seconds)
{
    constexpr quint64 most = quint64(std::numeric_limits<qint64>::max());
    if (seconds > most)
        return seconds;
    if (seconds > most / 1000) // more milliseconds than a QDateTime counts
        return qint64(seconds);
    return QDateTime::fromSecsSinceEpoch(qint64(seconds), QTimeZone::utc());
}

QVariant fieldValue(const amqp_field_value_t &field)
{
    switch (field.kind) {
    case AMQP_FIELD_KIND_BOOLEAN:
        return bool(field.value.boolean);
    case AMQP_FIELD_KIND_I8:
        return qint64(field.value.i8);
    case AMQP_FIELD_KIND_U8:
        return qint64(field.value.u8);
    case AMQP_FIELD_KIND_I16:
        return qint64(field.value.i16);
    case AMQP_FIELD_KIND_U16:
        return qint64(field.value.u16);
    case AMQP_FIELD_KIND_I32:
        return qint64(field.value.i32);
    case AMQP_FIELD_KIND_U32:
        return qint64(field.value.u32);
    case AMQP_FIELD_KIND_I64: // 'l' and 'L' are both signed for RabbitMQ
    case AMQP_FIELD_KIND_U64:
        return qint64(field.value.i64);
    case AMQP_FIELD_KIND_F32:
        return double(field.value.f32);
    case AMQP_FIELD_KIND_F64:
        return field.value.f64;
    case AMQP_FIELD_KIND_DECIMAL:
        return decimalValue(field.value.decimal);
    case AMQP_FIELD_KIND_UTF8:
        return textValue(field.value.bytes);
    case AMQP_FIELD_KIND_BYTES:
        return viewOf(field.value.bytes).toByteArray();
    case AMQP_FIELD_KIND_TIMESTAMP:
        return timeValue(field.value.u64);
    case AMQP_FIELD_KIND_TABLE:
        return tableValues(field.value.table);
    case AMQP_FIELD_KIND_ARRAY: {
        QVariantList list;
        list.reserve(field.value.array.num_entries);
        for (int i = 0; i < field.value.array.num_entries; ++i)
            list.push_back(fieldValue(field.value.array.entries[i]));
        return list;
    }
    default: // void
        return QVariant::fromValue(nullptr);
    }
}

} // namespace

Error makeTable(const QVariantMap &values, Pool &pool, amqp_table_t &table)
{
    return TableMaker(pool).make(values, table);
}

Error appendTable(QByteArray &out, const QVariantMap &values)
{
    Pool pool;
    amqp_table_t table;
    if (Error error = makeTable(values, pool, table); error.isError())
        return error;
    const qsizetype begin = out.size();
    for (qsizetype room = 1024;; room *= 4) {
        out.resize(begin + room);
        std::size_t offset = 0;
        const amqp_bytes_t space{std::size_t(room), out.data() + begin};
        if (amqp_encode_table(space, &table, &offset) == AMQP_STATUS_OK) {
            out.resize(begin + qsizetype(offset));
            return {};
        }
    }
}

QVariantMap tableValues(const amqp_table_t &table)
{
    QVariantMap map;
    for (int i = 0; i < table.num_entries; ++i)
        map.insert(utf8Text(viewOf(table.entries[i].key)), fieldValue(table.entries[i].value));
    return map;
}

Result<QVariantMap> readTable(QByteArrayView bytes)
{
    const TableCheck check = checkTable(bytes, 0);
    if (check.verdict != TableCheck::Good)
        return Error(Error::Decode, check.why);
    const QByteArray known =
        check.shortIntegers.empty() ? QByteArray() : withKnownTypes(bytes, check);
    const QByteArrayView readable = known.isEmpty() ? bytes : QByteArrayView(known);
    Pool pool;
    amqp_table_t table;
    std::size_t offset = 0;
    if (amqp_decode_table(rawBytes(readable), pool.get(), &table, &offset) != AMQP_STATUS_OK)
        return Error(Error::Decode, Text::tr("a field table cannot be read"));
    return tableValues(table);
}

} // namespace Qombu::Amqp
