// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redisclient.h"

#include "transports/redis/wire/rediserror.h"

#include <algorithm>

namespace Qombu::Redis {

CommandSender::~CommandSender() = default;
Subscriber::~Subscriber() = default;

bool isRefusal(const Error &error)
{
    return !error.isRecoverable()
        && (error.kind() == Error::Configuration || error.kind() == Error::Channel);
}

void sendEach(CommandSender &sender, std::vector<RespCommand> commands,
              std::function<void(std::size_t, Result<RespValue>)> answered,
              std::function<void()> done)
{
    if (commands.empty())
        return done();
    const auto shared = std::make_shared<decltype(answered)>(
        [answered = std::move(answered), done = std::move(done),
         open = commands.size()](std::size_t i, Result<RespValue> reply) mutable {
            answered(i, std::move(reply));
            if (--open == 0)
                done();
        });
    for (std::size_t i = 0; i < commands.size(); ++i) {
        sender.send(std::move(commands[i]),
                    [shared, i](Result<RespValue> reply) { (*shared)(i, std::move(reply)); });
    }
}

namespace {

using Replies = std::vector<RespValue>;
using Replied = std::function<void(Result<Replies>)>;

// One after the other, without a guarantee that nobody comes in between.
void sendApart(CommandSender &sender, std::vector<RespCommand> commands, Replied done)
{
    const auto all = std::make_shared<Result<Replies>>(Replies());
    sendEach(
        sender, std::move(commands),
        [all](std::size_t, Result<RespValue> reply) {
            if (!reply && *all)
                *all = reply.error();
            else if (*all)
                all->value().push_back(std::move(*reply));
        },
        [all, done = std::move(done)] { done(std::move(*all)); });
}

} // namespace

void sendTransaction(CommandSender &sender, std::vector<RespCommand> commands, Replied done)
{
    const auto refused = std::make_shared<Error>();
    const auto queued = [refused](const Result<RespValue> &reply) {
        if (!reply && !refused->isError())
            *refused = reply.error();
    };
    sender.send({"MULTI"}, queued);
    for (const RespCommand &command : commands)
        sender.send(command, queued);
    sender.send({"EXEC"},
                [refused, &sender, commands = std::move(commands),
                 done = std::move(done)](Result<RespValue> reply) {
                    // Without memory Redis takes no command into a transaction, not even DEL.
                    if (!reply && refused->kind() == Error::Blocked)
                        return sendApart(sender, commands, done);
                    if (!reply)
                        return done(refused->isError() ? *refused : reply.error());
                    for (std::size_t i = 0; i < reply->items.size(); ++i) {
                        if (reply->items[i].isError())
                            return done(
                                classifyError(reply->items[i].text, commands.at(i).name()).error);
                    }
                    done(std::move(reply->items));
                });
}

// Names and contents are the broker's: neither may control a terminal or fill a log.
static QString shown(const QString &text)
{
    constexpr qsizetype MostCharacters = 2000;
    QString result = text.size() > MostCharacters ? text.first(MostCharacters) + u'…' : text;
    const auto isControl = [](QChar c) { return c.category() == QChar::Other_Control; };
    std::replace_if(result.begin(), result.end(), isControl, QChar(u'·'));
    return result;
}

BrokerNotice makeNotice(BrokerNotice::Kind kind, const QString &text, const Error &error,
                        const QString &queue)
{
    BrokerNotice notice;
    notice.kind = kind;
    notice.queue = queue;
    notice.error = error;
    notice.text = shown(text);
    return notice;
}

} // namespace Qombu::Redis
