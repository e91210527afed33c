// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisrecord.h"

#include "virtual/envelope/jsonscanner.h"

#include <rapidjson/document.h>
#include <rapidjson/writer.h>

namespace Qombu::Redis {

namespace {

bool isSpace(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n'; // JSON's
}

bool isName(const rapidjson::Value &value)
{
    return value.IsString() || value.IsNull(); // Kombu: a message without a routing key
}

QString name(const rapidjson::Value &value)
{
    return value.IsString()
        ? QString::fromUtf8(value.GetString(), qsizetype(value.GetStringLength()))
        : QString();
}

} // namespace

std::optional<UnackedRecord> UnackedRecord::read(const QByteArray &value)
{
    qsizetype begin = 1;
    while (begin < value.size() && isSpace(value[begin]))
        ++begin;
    if (!value.startsWith('[') || begin >= value.size() || value[begin] != '{')
        return std::nullopt;
    const qsizetype end = JsonScanner(value).afterValue(begin);
    const qsizetype comma = end < 0 ? -1 : value.indexOf(',', end);
    if (comma < 0 || !QByteArrayView(value).sliced(end, comma - end).trimmed().isEmpty())
        return std::nullopt;
    const QByteArray rest = "[" + value.mid(comma + 1);
    rapidjson::Document names;
    names.Parse<rapidjson::kParseIterativeFlag>(rest.constData(), std::size_t(rest.size()));
    if (names.HasParseError() || !names.IsArray() || names.Size() != 2 || !isName(names[0])
        || !isName(names[1]))
        return std::nullopt;
    return UnackedRecord{value.mid(begin, end - begin), name(names[0]), name(names[1])};
}

QStringList UnackedRecord::queues(const BindingTables &tables) const
{
    if (exchange.isEmpty())
        return {routingKey};
    const BindingTable table = tables.value(exchange);
    const ExchangeType type = wellKnownType(exchange).value_or(table.inferredType());
    QStringList queues;
    for (const int queue : table.routes(routingKey, type))
        queues.append(table.queues().at(queue));
    return queues;
}

QString UnackedRecord::onlyQueue(const BindingTables &tables) const
{
    const QStringList all = queues(tables);
    return all.size() == 1 ? all.front() : QString();
}

QByteArray jsonString(const QString &text)
{
    const QByteArray utf8 = text.toUtf8();
    rapidjson::StringBuffer out;
    rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>> writer(out);
    writer.String(utf8.constData(), rapidjson::SizeType(utf8.size()));
    return QByteArray(out.GetString(), qsizetype(out.GetSize()));
}

} // namespace Qombu::Redis
