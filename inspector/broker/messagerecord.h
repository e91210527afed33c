// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "decoders/bodydecoder.h"

#include <Qombu/message.h>

#include <QtCore/qdatetime.h>
#include <QtCore/qlist.h>
#include <QtCore/qvariant.h>

namespace Qombu::Inspector {

// What the inspector keeps of one message: a plain value; texts for the screen are built when
// painted.
struct MessageRecord
{
    QByteArray body; // decompressed
    QByteArray wireBody; // as it travelled
    QString contentType;
    QString contentEncoding;
    QVariantMap headers;
    QVariantMap properties; // by their names on the wire
    QString exchange;
    QString routingKey;
    QString queue;
    QString deliveryTag;
    QString decodeError; // the library's, without the body
    int priority = 0;
    bool redelivered = false;
    QDateTime firstSeen; // by us: the broker stores no time of publishing

    static MessageRecord fromMessage(const Message &message, const QDateTime &seenAt);

    BodySource bodySource() const;
    QString name() const; // Celery task, or the type property
    qint64 cost() const; // bytes of memory, about
    // Tells messages of one queue apart: the tag, or the content where there is no tag.
    QByteArray identity() const;
};

QList<MessageRecord> toRecords(const QList<Message> &messages, const QDateTime &seenAt);

} // namespace Qombu::Inspector
