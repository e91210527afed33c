// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/broker/memorymessage.h"

namespace Qombu {

namespace {

constexpr int DeepestCounted = 64;

qint64 weighValue(const QVariant &value, int depth = 0);

qint64 weighMap(const QVariantMap &map, int depth = 0)
{
    qint64 weight = 0;
    for (auto it = map.cbegin(); it != map.cend(); ++it)
        weight += 64 + 2 * it.key().size() + weighValue(it.value(), depth + 1);
    return weight;
}

qint64 weighValue(const QVariant &value, int depth)
{
    if (depth > DeepestCounted)
        return 0;
    switch (value.typeId()) {
    case QMetaType::QString:
        return 2 * value.toString().size();
    case QMetaType::QByteArray:
        return value.toByteArray().size();
    case QMetaType::QVariantMap:
        return weighMap(value.toMap(), depth);
    case QMetaType::QVariantList: {
        qint64 weight = 0;
        const QVariantList list = value.toList();
        for (const QVariant &item : list)
            weight += 32 + weighValue(item, depth + 1);
        return weight;
    }
    default:
        return 0;
    }
}

} // namespace

qint64 MemoryMessage::weigh(const MessageContent &content)
{
    return qint64(sizeof(MemoryMessage) + sizeof(MessageContent)) + content.body.size()
        + weighMap(content.headers) + weighMap(content.properties->extra)
        + 2 * (content.routingKey.size() + content.deliveryTag.size());
}

std::shared_ptr<const MessageContent> MemoryEntry::content() const
{
    if (message->content()->redelivered == redelivered)
        return message->content();
    auto content = std::make_shared<MessageContent>(*message->content());
    content->redelivered = redelivered;
    return content;
}

} // namespace Qombu
