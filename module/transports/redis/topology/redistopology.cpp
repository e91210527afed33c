// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/topology/redistopology.h"

#include "transports/redis/topology/redisbindings.h"
#include "transports/redis/browsing/redisscan.h"
#include "transports/redis/topology/redistransaction.h"

#include <QCoreApplication>
#include <QSet>

#include <algorithm>

namespace Qombu::Redis {
namespace {

using Replies = std::vector<RespValue>;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Redis::RedisTopology)
};

qint64 sum(const Replies &replies, std::size_t from = 0, std::size_t step = 1)
{
    qint64 result = 0;
    for (std::size_t i = from; i < replies.size(); i += step)
        result += replies[i].integer;
    return result;
}

// Sends one command whose reply says nothing but that it worked.
void sendPlain(CommandSender &sender, RespCommand command, Done<void> done)
{
    sender.send(std::move(command),
                [done = std::move(done)](const Result<RespValue> &reply) { done(reply.error()); });
}

} // namespace

RedisTopology::RedisTopology(CommandSender &sender, const RedisOptions &options)
    : m_sender(sender)
    , m_options(options)
    , m_keys(options)
{
}

Error RedisTopology::checkName(const QString &queue) const
{
    if (m_keys.isQueueName(queue))
        return Error();
    return Error(Error::Configuration,
                 Text::tr("\"%1\" cannot be the name of a queue: it is empty or "
                          "contains the separator of priority lists")
                     .arg(queue));
}

void RedisTopology::declare(const Queue &queue, Done<QueueInfo> done)
{
    if (Error error = checkName(queue.name()); error.isError())
        return done(error);
    std::vector<RespCommand> commands;
    for (const QByteArray &list : m_keys.lists(queue.name()))
        commands.push_back({"LLEN", list});
    sendTransaction(m_sender, std::move(commands),
                    [name = queue.name(), done = std::move(done)](const Result<Replies> &replies) {
                        if (!replies)
                            return done(replies.error());
                        done(QueueInfo{name, sum(*replies), 0});
                    });
}

void RedisTopology::bind(const Binding &binding, Done<void> done)
{
    if (binding.exchange.isDefault())
        return done(Error(Error::Channel,
                          Text::tr("Nothing is bound to the default exchange: it routes "
                                   "by the queue's name")));
    const auto members = membersOf(binding, m_options);
    if (!members)
        return done(members.error());
    const QByteArray set = m_keys.binding(binding.exchange.name());
    m_sender.send({"SADD", set, members->front()},
                  [this, alive = std::weak_ptr(m_alive), set, member = members->front(),
                   done = std::move(done)](const Result<RespValue> &reply) {
                      if (reply || reply.error().kind() != Error::Blocked || alive.expired())
                          return done(reply.error());
                      acceptIfBound(set, member, reply.error(), done);
                  });
}

// A server without memory refuses SADD even of what is there: who comes to consume is no burden.
// SISMEMBER would do, but the minimal permissions (reliability.md 5.2) have SMEMBERS.
void RedisTopology::acceptIfBound(const QByteArray &set, const QByteArray &member,
                                  const Error &refusal, const Done<void> &done)
{
    m_sender.send({"SMEMBERS", set}, [member, refusal, done](const Result<RespValue> &reply) {
        const bool isBound = reply
            && std::any_of(reply->items.begin(), reply->items.end(),
                           [&](const RespValue &item) { return item.text == member; });
        done(isBound ? Result<void>() : Result<void>(refusal));
    });
}

// Kombu never removes a binding; each text that stands for this one goes.
void RedisTopology::unbind(const Binding &binding, Done<void> done)
{
    const auto members = membersOf(binding, m_options);
    if (!members)
        return done(members.error());
    RespCommand command{"SREM", m_keys.binding(binding.exchange.name())};
    for (const QByteArray &member : *members)
        command.add(member);
    sendPlain(m_sender, std::move(command), std::move(done));
}

void RedisTopology::inspect(const QString &queue, Done<QueueInfo> done)
{
    if (Error error = checkName(queue); error.isError())
        return done(error);
    std::vector<RespCommand> commands;
    for (const QByteArray &list : m_keys.lists(queue))
        commands.push_back({"LLEN", list}); // 0 exactly if it does not exist
    sendTransaction(
        m_sender, std::move(commands),
        [this, alive = std::weak_ptr(m_alive), queue,
         done = std::move(done)](const Result<Replies> &replies) {
            if (!replies)
                return done(replies.error());
            if (sum(*replies) > 0 || alive.expired())
                return done(QueueInfo{queue, sum(*replies), 0});
            findMentions(queue, [queue, done](const Result<Mentions> &mentions) {
                if (!mentions)
                    return done(mentions.error());
                if (!mentions->empty())
                    return done(QueueInfo{queue, 0, 0});
                done(Error(Error::NotFound, Text::tr("There is no queue \"%1\"").arg(queue))
                         .withReplyCode(404));
            });
        });
}

std::vector<RespCommand> RedisTopology::countAndDelete(const QString &queue) const
{
    std::vector<RespCommand> commands;
    for (const QByteArray &list : m_keys.lists(queue)) {
        commands.push_back({"LLEN", list});
        commands.push_back({"DEL", list});
    }
    return commands;
}

void RedisTopology::purge(const QString &queue, Done<qint64> done)
{
    if (Error error = checkName(queue); error.isError())
        return done(error);
    sendTransaction(m_sender, countAndDelete(queue),
                    [done = std::move(done)](const Result<Replies> &replies) {
                        if (!replies)
                            return done(replies.error());
                        done(sum(*replies, 0, 2));
                    });
}

void RedisTopology::remove(const QString &queue, Done<qint64> done)
{
    if (Error error = checkName(queue); error.isError())
        return done(error);
    findMentions(queue,
                 [this, alive = std::weak_ptr(m_alive), queue,
                  done = std::move(done)](const Result<Mentions> &mentions) {
                     if (!mentions)
                         return done(mentions.error());
                     if (!alive.expired())
                         removeNow(queue, *mentions, done);
                 });
}

void RedisTopology::removeNow(const QString &queue, const Mentions &mentions, Done<qint64> done)
{
    std::vector<RespCommand> commands = countAndDelete(queue);
    for (const auto &[set, members] : mentions) {
        RespCommand command{"SREM", set};
        for (const QByteArray &member : members)
            command.add(member);
        commands.push_back(std::move(command));
    }
    const std::size_t counts = m_keys.buckets().size() * 2;
    sendTransaction(m_sender, std::move(commands),
                    [counts, done = std::move(done)](Result<Replies> replies) {
                        if (!replies)
                            return done(replies.error());
                        replies->resize(std::min(counts, replies->size()));
                        done(sum(*replies, 0, 2));
                    });
}

void RedisTopology::removeExchange(const Exchange &exchange, Done<void> done)
{
    if (exchange.isDefault())
        return done(Error(Error::Channel, Text::tr("The default exchange cannot be removed")));
    sendPlain(m_sender, {"DEL", m_keys.binding(exchange.name())}, std::move(done));
}

void RedisTopology::findMentions(const QString &queue, std::function<void(Result<Mentions>)> done)
{
    const auto sets = std::make_shared<QSet<QByteArray>>();
    const QByteArray pattern = RedisKeys::escapeGlob(m_keys.binding(QString())) + '*';
    Scan::start(
        m_sender, {"SCAN"}, {"MATCH", pattern, "COUNT", "500", "TYPE", "set"},
        [sets](std::vector<RespValue> &&keys) {
            for (const RespValue &key : keys)
                sets->insert(key.text);
            return true;
        },
        [this, alive = std::weak_ptr(m_alive), sets, queue, done](const Result<bool> &complete) {
            if (!complete)
                return done(complete.error());
            if (!*complete)
                return done(
                    Error(Error::LimitExceeded,
                          Text::tr("The database has too many keys to look for the bindings of "
                                   "queue \"%1\"")
                              .arg(queue)));
            if (!alive.expired())
                findInSets(sets->values(), queue, std::make_shared<Mentions>(), done);
        });
}

void RedisTopology::findInSets(QList<QByteArray> sets, const QString &queue,
                               std::shared_ptr<Mentions> found,
                               std::function<void(Result<Mentions>)> done)
{
    if (sets.isEmpty())
        return done(std::move(*found));
    const QByteArray set = sets.takeLast();
    const QByteArray tail = m_options.separator + queue.toUtf8();
    const QByteArray pattern = '*' + RedisKeys::escapeGlob(tail);
    Scan::start(
        m_sender, {"SSCAN", set}, {"MATCH", pattern, "COUNT", "500"},
        [found, set, queue, separator = m_options.separator](std::vector<RespValue> &&members) {
            for (RespValue &member : members) {
                const auto binding = StoredBinding::read(member.text, separator);
                if (binding && binding->queue == queue)
                    (*found)[set].push_back(std::move(member.text));
            }
            return true;
        },
        [this, alive = std::weak_ptr(m_alive), sets, queue, found,
         done](const Result<bool> &complete) {
            if (!complete)
                return done(complete.error());
            if (!alive.expired())
                findInSets(sets, queue, found, done);
        });
}

} // namespace Qombu::Redis
