// SPDX-License-Identifier: BSD-3-Clause
#include "support/scriptedsender.h"

#include "transports/redis/redisscripts.h"
#include "transports/redis/wire/respreader.h"

using namespace Qombu::Redis;

namespace QombuTest {

static QByteArrayList wordsOf(const RespCommand &command)
{
    QByteArray bytes;
    command.appendTo(bytes);
    RespReader reader;
    reader.feed(bytes);
    QByteArrayList words;
    if (const auto value = reader.next()) {
        for (const RespValue &item : value->items)
            words.append(item.text);
    }
    return words;
}

void ScriptedSender::send(RespCommand command, Reply done)
{
    requests.push_back({command.name(), {}, wordsOf(command), std::move(done)});
}

void ScriptedSender::run(const Script &script, RespCommand keys, RespCommand arguments, Reply done)
{
    requests.push_back({script.name(), wordsOf(keys), wordsOf(arguments), std::move(done)});
}

void ScriptedSender::answer(RespValue reply)
{
    const Request request = std::move(requests.front());
    requests.pop_front();
    request.done(std::move(reply));
}

void ScriptedSender::refuse(const Qombu::Error &error)
{
    const Request request = std::move(requests.front());
    requests.pop_front();
    request.done(error);
}

QByteArrayList ScriptedSender::names() const
{
    QByteArrayList names;
    for (const Request &request : requests)
        names.append(request.name);
    return names;
}

RespValue nil()
{
    return {};
}

RespValue number(qint64 value)
{
    RespValue reply;
    reply.type = RespValue::Integer;
    reply.integer = value;
    return reply;
}

RespValue bulk(const QByteArray &text)
{
    RespValue reply;
    reply.type = RespValue::Bulk;
    reply.text = text;
    return reply;
}

RespValue array(std::vector<RespValue> items)
{
    RespValue reply;
    reply.type = RespValue::Array;
    reply.items = std::move(items);
    return reply;
}

} // namespace QombuTest
