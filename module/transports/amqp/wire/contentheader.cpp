// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/contentheader.h"

#include "transports/amqp/wire/amqpbytes.h"
#include "transports/amqp/wire/amqperror.h"
#include "transports/amqp/wire/amqptext.h"
#include "transports/amqp/wire/fieldtable.h"
#include "transports/amqp/wire/frame.h"
#include "transports/amqp/wire/rabbitmqc.h"
#include "transports/amqp/wire/tablecheck.h"
#include "transports/amqp/wire/utf8text.h"

#include <QtEndian>

#include <limits>

namespace Qombu::Amqp {

namespace {

constexpr qsizetype FlagBytes = 2;
constexpr qsizetype HeadBytes = LeastHeaderBytes - FlagBytes; // before the flags

Error unreadableHeader()
{
    return protocolError(SyntaxErrorCode, Text::tr("A content header cannot be read"));
}

// Where the headers are in the payload; 0: there are none. -1: the payload is broken.
qsizetype headersOffset(QByteArrayView payload)
{
    const quint16 flags = qFromBigEndian<quint16>(payload.data() + HeadBytes);
    if (!(flags & AMQP_BASIC_HEADERS_FLAG))
        return 0;
    qsizetype at = HeadBytes + FlagBytes;
    for (const int flag : {AMQP_BASIC_CONTENT_TYPE_FLAG, AMQP_BASIC_CONTENT_ENCODING_FLAG}) {
        if (!(flags & flag))
            continue;
        if (at >= payload.size())
            return -1;
        at += 1 + quint8(payload[at]);
    }
    return at <= payload.size() ? at : -1;
}

QByteArray withoutHeaders(QByteArrayView payload, qsizetype offset, qsizetype bytes)
{
    QByteArray rest = payload.first(offset).toByteArray();
    rest += payload.sliced(offset + bytes);
    char *flags = rest.data() + HeadBytes;
    qToBigEndian(quint16(qFromBigEndian<quint16>(flags) & ~AMQP_BASIC_HEADERS_FLAG), flags);
    return rest;
}

QByteArray withoutAll(QByteArrayView payload)
{
    QByteArray rest = payload.first(LeastHeaderBytes).toByteArray();
    qToBigEndian(quint16(0), rest.data() + HeadBytes);
    return rest;
}

QString toText(const amqp_basic_properties_t &properties, int flag, const amqp_bytes_t &bytes)
{
    return properties._flags & amqp_flags_t(flag) ? utf8Text(viewOf(bytes)) : QString();
}

void readExpiration(const QString &text, MessageProperties &into)
{
    bool isNumber = false;
    const qint64 milliseconds = text.toLongLong(&isNumber);
    if (isNumber)
        into.expiration = std::chrono::milliseconds(milliseconds);
    else
        into.extra.insert(QStringLiteral("expiration"), text);
}

// Those that most messages do not have.
void readRest(const amqp_basic_properties_t &from, MessageProperties &into)
{
    into.correlationId = toText(from, AMQP_BASIC_CORRELATION_ID_FLAG, from.correlation_id);
    into.replyTo = toText(from, AMQP_BASIC_REPLY_TO_FLAG, from.reply_to);
    into.messageId = toText(from, AMQP_BASIC_MESSAGE_ID_FLAG, from.message_id);
    into.type = toText(from, AMQP_BASIC_TYPE_FLAG, from.type);
    into.userId = toText(from, AMQP_BASIC_USER_ID_FLAG, from.user_id);
    into.appId = toText(from, AMQP_BASIC_APP_ID_FLAG, from.app_id);
    into.clusterId = toText(from, AMQP_BASIC_CLUSTER_ID_FLAG, from.cluster_id);
    if (from._flags & AMQP_BASIC_EXPIRATION_FLAG)
        readExpiration(utf8Text(viewOf(from.expiration)), into);
    if (from._flags & AMQP_BASIC_TIMESTAMP_FLAG)
        into.timestamp = from.timestamp > quint64(std::numeric_limits<qint64>::max())
            ? QVariant(quint64(from.timestamp))
            : QVariant(qint64(from.timestamp));
}

constexpr amqp_flags_t RestFlags = AMQP_BASIC_CORRELATION_ID_FLAG | AMQP_BASIC_REPLY_TO_FLAG
    | AMQP_BASIC_EXPIRATION_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_TIMESTAMP_FLAG
    | AMQP_BASIC_TYPE_FLAG | AMQP_BASIC_USER_ID_FLAG | AMQP_BASIC_APP_ID_FLAG
    | AMQP_BASIC_CLUSTER_ID_FLAG;

} // namespace

Result<ContentHeader> ContentHeaderReader::read(QByteArrayView payload, qsizetype skipped)
{
    if (payload.size() < LeastHeaderBytes)
        return unreadableHeader();
    ContentHeader header;
    header.bodyBytes = qFromBigEndian<quint64>(payload.data() + 4);
    const bool isBasic = qFromBigEndian<quint16>(payload.data()) == AMQP_BASIC_CLASS;
    if (!isBasic || header.bodyBytes > quint64(std::numeric_limits<qint64>::max()))
        return unreadableHeader();
    if (skipped > 0) {
        header.unreadable =
            Error(Error::LimitExceeded,
                  Text::tr("Headers of %1 bytes are larger than the %2 that are taken")
                      .arg(payload.size() + skipped)
                      .arg(MostHeaderBytes));
        return readProperties(withoutAll(payload), std::move(header));
    }
    const bool hasMoreFlags = payload[HeadBytes + 1] & 1; // for properties that nobody defined
    const qsizetype table = headersOffset(payload);
    if (hasMoreFlags || table < 0)
        return unreadableHeader();
    return table == 0 ? readProperties(payload, std::move(header))
                      : readWithHeaders(payload, table, std::move(header));
}

Result<ContentHeader> ContentHeaderReader::readWithHeaders(QByteArrayView payload, qsizetype table,
                                                           ContentHeader header)
{
    const TableCheck check = checkTable(payload, table);
    const qsizetype bytes = tableBytes(payload, table);
    if (check.verdict == TableCheck::Broken || bytes < 0)
        return unreadableHeader();
    if (check.verdict == TableCheck::Unreadable) {
        header.unreadable =
            Error(Error::Decode, Text::tr("The headers cannot be read: %1").arg(check.why));
        return readProperties(withoutHeaders(payload, table, bytes), std::move(header));
    }
    if (!check.shortIntegers.empty())
        return readProperties(withKnownTypes(payload, check), std::move(header));
    return readProperties(payload, std::move(header));
}

Result<ContentHeader> ContentHeaderReader::readProperties(QByteArrayView payload,
                                                          ContentHeader header)
{
    m_pool.recycle();
    void *decoded = nullptr;
    if (amqp_decode_properties(AMQP_BASIC_CLASS, m_pool.get(), rawBytes(payload.sliced(HeadBytes)),
                               &decoded)
        < 0)
        return unreadableHeader();
    const auto &properties = *static_cast<const amqp_basic_properties_t *>(decoded);
    header.content = std::make_shared<MessageContent>();
    MessageContent &content = *header.content;
    if (properties._flags & AMQP_BASIC_CONTENT_TYPE_FLAG)
        content.contentType = m_contentType.text(viewOf(properties.content_type));
    if (properties._flags & AMQP_BASIC_CONTENT_ENCODING_FLAG)
        content.contentEncoding = m_contentEncoding.text(viewOf(properties.content_encoding));
    if (properties._flags & AMQP_BASIC_HEADERS_FLAG)
        content.headers = tableValues(properties.headers);
    // A message is transient unless it says otherwise.
    content.deliveryMode =
        properties._flags & AMQP_BASIC_DELIVERY_MODE_FLAG ? properties.delivery_mode : 1;
    if (properties._flags & AMQP_BASIC_PRIORITY_FLAG)
        content.priority = properties.priority;
    if (properties._flags & RestFlags)
        readRest(properties, content.properties.edit());
    return header;
}

} // namespace Qombu::Amqp
