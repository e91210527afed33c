// SPDX-License-Identifier: BSD-3-Clause
#include "requeueround.h"

#include <QCryptographicHash>
#include <QDebug>

namespace {

// What was put back first comes again first. More than one is kept because other consumers may take
// those, and no more than this because the queue may be endless.
constexpr qsizetype MostNames = 1'000'000;

QString hashOf(const Qombu::Message &message)
{
    QVariantMap headers = message.headers();
    for (const char *counter : {"x-delivery-count", "x-acquired-count"}) // of the broker
        headers.remove(QString::fromLatin1(counter));
    QString text;
    QDebug(&text) << headers << message.propertyMap() << message.exchange() << message.routingKey();
    QCryptographicHash hash(QCryptographicHash::Sha1);
    hash.addData(message.wireBody());
    hash.addData(text.toUtf8());
    return QString::fromLatin1(hash.result().toHex());
}

// What stays the same on the way through the queue: the tag in an envelope. A number is none, but
// the channel's, another each time.
QString nameOf(const Qombu::Message &message)
{
    const QString tag = message.deliveryTag();
    bool isNumber = false;
    tag.toULongLong(&isNumber);
    if (!isNumber && !tag.isEmpty())
        return tag;
    const QString id = message.properties().messageId;
    return id.isEmpty() ? hashOf(message) : id;
}

} // namespace

// It is looked for by queue: an exchange puts one tag into all of its queues. A name that was never
// redelivered is a careless publisher's.
bool RequeueRound::comesAgain(const Qombu::Message &message) const
{
    const auto found = m_queues.constFind(message.queue());
    return found != m_queues.cend() && message.isRedelivered()
        && found->names.contains(nameOf(message));
}

void RequeueRound::putBack(const Qombu::Message &message)
{
    QSet<QString> &names = m_queues[message.queue()].names;
    if (names.size() < MostNames)
        names.insert(nameOf(message));
}
