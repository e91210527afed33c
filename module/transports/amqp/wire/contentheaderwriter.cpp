// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/contentheaderwriter.h"

#include "transports/amqp/wire/amqpbytes.h"
#include "transports/amqp/wire/amqptext.h"
#include "transports/amqp/wire/fieldtable.h"
#include "transports/amqp/wire/rabbitmqc.h"

#include <QDateTime>
#include <QtEndian>

#include <algorithm>
#include <limits>

namespace Qombu::Amqp {

namespace {

// Class, weight and size of the body, §4.2.6.1; then the flags.
constexpr qsizetype WrittenHeadBytes = 12;
constexpr qsizetype WrittenFlagBytes = 2;

// Has rabbitmq-c write the properties of one message.
class PropertyWriter
{
public:
    explicit PropertyWriter(Pool &pool)
        : m_pool(pool)
    {
    }

    Error append(QByteArray &out, const MessageContent &content, qsizetype mostBytes)
    {
        fill(content);
        if (m_error.isError())
            return m_error;
        return encode(out, quint64(content.body.size()), mostBytes);
    }

private:
    void fail(const char *name, const QString &why)
    {
        const QString property = QString::fromLatin1(name);
        m_error =
            Error(Error::Encode,
                  Text::tr("The property %1 cannot be written in AMQP: %2").arg(property, why))
                .withWhere(property);
    }

    void text(amqp_bytes_t &into, int flag, QStringView value, const char *name)
    {
        const auto bytes = m_pool.shortText(value);
        if (!bytes)
            return fail(name, Text::tr("it has more than %1 bytes of UTF-8").arg(MostShortBytes));
        into = rawBytes(*bytes);
        m_properties._flags |= amqp_flags_t(flag);
        m_bytes += 1 + bytes->size();
    }

    void textIfAny(amqp_bytes_t &into, int flag, QStringView value, const char *name)
    {
        if (!value.isNull())
            text(into, flag, value, name);
    }

    void number(quint8 &into, int flag, int value, const char *name)
    {
        if (value < 0 || value > 255)
            return fail(name, Text::tr("%1 is not within 0…255").arg(value));
        into = quint8(value);
        m_properties._flags |= amqp_flags_t(flag);
        m_bytes += 1;
    }

    void fill(const MessageContent &content);
    void fillRest(const MessageProperties &properties);
    void timestamp(const QVariant &value);
    Error encode(QByteArray &out, quint64 bodyBytes, qsizetype mostBytes);

    Pool &m_pool;
    Error m_error;
    amqp_basic_properties_t m_properties = {};
    qsizetype m_bytes = WrittenHeadBytes + WrittenFlagBytes; // but for what is in the headers
    bool m_hasHeaders = false;
};

void PropertyWriter::fill(const MessageContent &content)
{
    textIfAny(m_properties.content_type, AMQP_BASIC_CONTENT_TYPE_FLAG, content.contentType,
              "content_type");
    textIfAny(m_properties.content_encoding, AMQP_BASIC_CONTENT_ENCODING_FLAG,
              content.contentEncoding, "content_encoding");
    m_properties._flags |= AMQP_BASIC_HEADERS_FLAG;
    m_bytes += 4;
    m_hasHeaders = !content.headers.isEmpty();
    if (m_hasHeaders && !m_error.isError())
        m_error = makeTable(content.headers, m_pool, m_properties.headers);
    number(m_properties.delivery_mode, AMQP_BASIC_DELIVERY_MODE_FLAG, content.deliveryMode,
           "delivery_mode");
    if (content.priority >= 0)
        number(m_properties.priority, AMQP_BASIC_PRIORITY_FLAG, content.priority, "priority");
    if (!content.properties.isEmpty())
        fillRest(*content.properties);
}

void PropertyWriter::fillRest(const MessageProperties &from)
{
    amqp_basic_properties_t &p = m_properties;
    textIfAny(p.correlation_id, AMQP_BASIC_CORRELATION_ID_FLAG, from.correlationId,
              "correlation_id");
    textIfAny(p.reply_to, AMQP_BASIC_REPLY_TO_FLAG, from.replyTo, "reply_to");
    textIfAny(p.message_id, AMQP_BASIC_MESSAGE_ID_FLAG, from.messageId, "message_id");
    textIfAny(p.type, AMQP_BASIC_TYPE_FLAG, from.type, "type");
    textIfAny(p.user_id, AMQP_BASIC_USER_ID_FLAG, from.userId, "user_id");
    textIfAny(p.app_id, AMQP_BASIC_APP_ID_FLAG, from.appId, "app_id");
    textIfAny(p.cluster_id, AMQP_BASIC_CLUSTER_ID_FLAG, from.clusterId, "cluster_id");
    // RabbitMQ would close the channel, whose other publishes are as good as any.
    constexpr qint64 longest = std::numeric_limits<quint32>::max();
    if (const auto after = from.expiration;
        after && (after->count() < 0 || after->count() > longest))
        fail("expiration", Text::tr("it is a time of 0 to %1 milliseconds").arg(longest));
    else if (after)
        text(p.expiration, AMQP_BASIC_EXPIRATION_FLAG, QString::number(after->count()),
             "expiration");
    if (from.timestamp.isValid() && !from.timestamp.isNull())
        timestamp(from.timestamp);
}

// Whole seconds.
void PropertyWriter::timestamp(const QVariant &value)
{
    bool isNumber = true;
    const bool isHuge = value.typeId() == QMetaType::ULongLong
        && value.toULongLong() > quint64(std::numeric_limits<qint64>::max());
    const qint64 seconds = value.typeId() == QMetaType::QDateTime
        ? value.toDateTime().toSecsSinceEpoch()
        : value.toLongLong(&isNumber);
    if (!isNumber && !isHuge)
        return fail("timestamp", Text::tr("it is neither a time nor a number of seconds"));
    // Unsigned in AMQP, signed to many who read it.
    if (isHuge || seconds < 0)
        return fail("timestamp",
                    Text::tr("it is a number of seconds since 1970, from 0 to 2⁶³ - 1"));
    m_properties.timestamp = quint64(seconds);
    m_properties._flags |= AMQP_BASIC_TIMESTAMP_FLAG;
    m_bytes += 8;
}

Error PropertyWriter::encode(QByteArray &out, quint64 bodyBytes, qsizetype mostBytes)
{
    const qsizetype begin = out.size();
    qsizetype room = m_hasHeaders ? m_bytes + 512 : m_bytes;
    while (true) {
        room = std::min(room, mostBytes);
        out.resize(begin + room);
        char *head = out.data() + begin;
        qToBigEndian(quint32(AMQP_BASIC_CLASS) << 16, head);
        qToBigEndian(bodyBytes, head + 4);
        const int written = room < m_bytes
            ? -1
            : amqp_encode_properties(
                AMQP_BASIC_CLASS, &m_properties,
                {std::size_t(room - WrittenHeadBytes), head + WrittenHeadBytes});
        if (written >= 0) {
            out.resize(begin + WrittenHeadBytes + written);
            return {};
        }
        if (room == mostBytes)
            break;
        room *= 8;
    }
    out.resize(begin);
    return Error(Error::LimitExceeded,
                 Text::tr("The headers and properties of a message have at most %1 bytes here")
                     .arg(mostBytes));
}

} // namespace

Error appendContentHeader(QByteArray &out, const MessageContent &content, qsizetype mostBytes,
                          Pool &pool)
{
    return PropertyWriter(pool).append(out, content, mostBytes);
}

} // namespace Qombu::Amqp
