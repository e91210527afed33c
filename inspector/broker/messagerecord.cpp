// SPDX-License-Identifier: BSD-3-Clause
#include "broker/messagerecord.h"

#include "decoders/celerytask.h"

#include <QtCore/qcryptographichash.h>

namespace Qombu::Inspector {

MessageRecord MessageRecord::fromMessage(const Message &message, const QDateTime &seenAt)
{
    MessageRecord record;
    record.body = message.rawBody();
    record.wireBody = message.wireBody();
    record.contentType = message.contentType();
    record.contentEncoding = message.contentEncoding();
    record.headers = message.headers();
    record.properties = message.propertyMap();
    record.exchange = message.exchange();
    record.routingKey = message.routingKey();
    record.queue = message.queue();
    record.deliveryTag = message.deliveryTag();
    // A consumer refuses what it did not say it accepts; to look at it there are our own decoders.
    if (message.error().kind() != Error::ContentDisallowed)
        record.decodeError = message.error().text();
    record.priority = message.priority();
    record.redelivered = message.isRedelivered();
    record.firstSeen = seenAt;
    return record;
}

BodySource MessageRecord::bodySource() const
{
    const bool decompressed = !wireBody.isEmpty() && wireBody != body && !body.isEmpty();
    return {decompressed || wireBody.isEmpty() ? body : wireBody, contentType, contentEncoding,
            decodeError, decompressed};
}

QString MessageRecord::name() const
{
    const QString task = celeryTaskName(headers);
    return task.isEmpty() ? properties.value(QStringLiteral("type")).toString() : task;
}

qint64 MessageRecord::cost() const
{
    const qint64 wire = wireBody.constData() == body.constData() ? 0 : wireBody.size();
    return qint64(sizeof(MessageRecord)) + body.size() + wire
        + (headers.size() + properties.size()) * 128;
}

QByteArray MessageRecord::identity() const
{
    if (!deliveryTag.isEmpty())
        return deliveryTag.toUtf8();
    QCryptographicHash hash(QCryptographicHash::Sha1);
    hash.addData(wireBody.isEmpty() ? body : wireBody);
    hash.addData(routingKey.toUtf8());
    hash.addData(properties.value(QStringLiteral("correlation_id")).toString().toUtf8());
    return hash.result();
}

QList<MessageRecord> toRecords(const QList<Message> &messages, const QDateTime &seenAt)
{
    QList<MessageRecord> records;
    records.reserve(messages.size());
    for (const Message &message : messages)
        records.append(MessageRecord::fromMessage(message, seenAt));
    return records;
}

} // namespace Qombu::Inspector
