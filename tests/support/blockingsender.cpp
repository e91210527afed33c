// SPDX-License-Identifier: BSD-3-Clause
#include "support/blockingsender.h"

#include "support/replies.h"
#include "transports/redis/redisscripts.h"
#include "transports/redis/wire/rediserror.h"

#include <hiredis/hiredis.h>
#include <sys/time.h>

using namespace Qombu::Redis;
using Qombu::Error;

namespace QombuTest {

void BlockingSender::FreeContext::operator()(redisContext *context) const
{
    redisFree(context);
}

BlockingSender::BlockingSender(quint16 port, int database)
{
    constexpr timeval deadline = {10, 0};
    m_context.reset(redisConnectWithTimeout("127.0.0.1", port, deadline));
    if (!m_context || m_context->err) {
        m_context.reset();
        return;
    }
    redisSetTimeout(m_context.get(), deadline);
    if (database != 0) {
        send({"SELECT", QByteArray::number(database)}, [](const auto &) {});
        answerAll();
        m_commands = 0;
        m_names.clear();
    }
}

BlockingSender::~BlockingSender() = default;

void BlockingSender::send(RespCommand command, Reply done)
{
    ++m_commands;
    m_names << command.name();
    command.appendTo(m_output);
    m_waiting.push_back({command.name(), std::move(done)});
}

void BlockingSender::run(const Script &script, RespCommand keys, RespCommand arguments, Reply done)
{
    if (!m_loaded.contains(script.sha1())) {
        m_loaded.insert(script.sha1());
        RespCommand({"SCRIPT", "LOAD", script.text()}).appendTo(m_output);
        m_waiting.push_back({"SCRIPT", [](const auto &) {}});
    }
    RespCommand command{"EVALSHA", script.sha1()};
    command.add(qint64(keys.count())).addAll(keys).addAll(arguments);
    send(std::move(command), std::move(done));
}

void BlockingSender::answerAll()
{
    while (!m_waiting.empty())
        answerOnce();
}

void BlockingSender::answerOnce()
{
    if (m_context)
        redisAppendFormattedCommand(m_context.get(), m_output.constData(), size_t(m_output.size()));
    m_output.clear();
    for (Waiting &waiting : std::exchange(m_waiting, {})) {
        if (!m_context) {
            waiting.done(
                Error(Error::Connection, QStringLiteral("disconnected")).withRecoverable(true));
            continue;
        }
        RespValue reply = readReply();
        if (reply.isError())
            waiting.done(classifyError(reply.text, waiting.name).error);
        else
            waiting.done(std::move(reply));
    }
}

RespValue BlockingSender::readReply()
{
    void *reply = nullptr;
    if (redisGetReply(m_context.get(), &reply) != REDIS_OK)
        return failure("ERR no reply from the test's redis-server");
    RespValue value = toValue(static_cast<redisReply *>(reply));
    freeReplyObject(reply);
    return value;
}

} // namespace QombuTest
