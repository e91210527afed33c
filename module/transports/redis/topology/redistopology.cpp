// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/topology/redistopology.h"

#include "core/randomid_p.h"
#include "transports/redis/browsing/redisscan.h"
#include "transports/redis/consuming/redisfanout.h"
#include "transports/redis/redisscripts.h"
#include "transports/redis/topology/redisbindings.h"
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

Error preconditionFailed(const QString &text)
{
    return Error(Error::Channel, text).withReplyCode(406);
}

// What it says of a command whose reply says nothing but that it worked.
CommandSender::Reply plain(Done<void> done)
{
    return [done = std::move(done)](const Result<RespValue> &reply) { done(reply.error()); };
}

} // namespace

RedisTopology::RedisTopology(const RedisContext &context, RedisFanout *fanout)
    : m_context(context)
    , m_fanout(fanout)
{
}

CommandSender::Reply RedisTopology::whileAlive(CommandSender::Reply done) const
{
    return [alive = std::weak_ptr(m_alive), done = std::move(done)](Result<RespValue> reply) {
        if (!alive.expired())
            done(std::move(reply));
    };
}

void RedisTopology::sendAll(std::vector<RespCommand> commands,
                            std::function<void(Result<Replies>)> done)
{
    sendTransaction(m_context.sender, std::move(commands),
                    [alive = std::weak_ptr(m_alive), done = std::move(done)](Result<Replies> all) {
                        if (!alive.expired())
                            done(std::move(all));
                    });
}

Error RedisTopology::checkName(const QString &queue) const
{
    if (m_context.keys.isQueueName(queue))
        return Error();
    return Error(Error::Configuration,
                 Text::tr("\"%1\" cannot be the name of a queue: it is empty or "
                          "contains the separator of priority lists")
                     .arg(queue));
}

void RedisTopology::declare(const Exchange &exchange, Done<void> done)
{
    if (!isOver())
        done(m_context.declared.exchanges.declare(exchange));
}

void RedisTopology::declare(const Queue &queue, Done<QueueInfo> done)
{
    if (isOver())
        return;
    QString name = queue.name();
    if (name.isEmpty()) {
        const RandomId id(m_context.hub->random(), m_context.hub->random());
        name = QStringLiteral("amq.gen-") + QString::fromLatin1(id.text());
    }
    if (!queue.deadLetterQueue().isEmpty())
        m_context.declared.deadLetterQueues.insert(name, queue.deadLetterQueue());
    if (queue.isPassive())
        return inspect(name, std::move(done));
    if (const Error error = checkName(name); error.isError())
        return done(error);
    std::vector<RespCommand> commands;
    for (const QByteArray &list : m_context.keys.lists(name))
        commands.push_back({"LLEN", list});
    sendAll(std::move(commands), [name, done = std::move(done)](const Result<Replies> &replies) {
        if (!replies)
            return done(replies.error());
        done(QueueInfo{name, sum(*replies), 0});
    });
}

// A binding names its exchange; what was declared under that name decides about its type.
Error RedisTopology::prepare(Binding &binding) const
{
    const QString name = binding.exchange.name();
    if (!binding.destinationExchange.isEmpty())
        return Error(Error::Unsupported,
                     Text::tr("Redis has no bindings from one exchange to another"));
    if (binding.exchange.isDefault())
        return Error(
                   Error::Channel,
                   Text::tr("ACCESS_REFUSED - nothing is bound to the default exchange: it routes "
                            "by the queue's name"))
            .withReplyCode(403);
    const ExchangeType type =
        m_context.declared.exchanges.type(name).value_or(binding.exchange.type());
    if (type != binding.exchange.type())
        binding.exchange = Exchange(name, type);
    return {};
}

void RedisTopology::bind(const Binding &wish, Done<void> done)
{
    if (isOver())
        return;
    Binding binding = wish;
    if (const Error error = prepare(binding); error.isError())
        return done(error);
    const auto members = membersOf(binding, m_context.options);
    if (!members)
        return done(members.error());
    if (m_fanout)
        m_fanout->bound(binding);
    const QByteArray set = m_context.keys.binding(binding.exchange.name());
    m_context.sender.send({"SADD", set, members->front()},
                          whileAlive([this, set, member = members->front(),
                                      done = std::move(done)](const Result<RespValue> &reply) {
                              if (reply || reply.error().kind() != Error::Blocked)
                                  return done(reply.error());
                              acceptIfBound(set, member, reply.error(), done);
                          }));
}

// A server without memory refuses SADD even of what is there: who comes to consume is no burden.
// SISMEMBER would do, but SMEMBERS is a permission that every publisher needs anyway.
void RedisTopology::acceptIfBound(const QByteArray &set, const QByteArray &member,
                                  const Error &refusal, const Done<void> &done)
{
    m_context.sender.send(
        {"SMEMBERS", set}, whileAlive([member, refusal, done](const Result<RespValue> &reply) {
            const bool isBound = reply
                && std::any_of(reply->items.begin(), reply->items.end(),
                               [&](const RespValue &item) { return item.text == member; });
            done(isBound ? Result<void>() : Result<void>(refusal));
        }));
}

// Kombu never removes a binding; each text that stands for this one goes.
void RedisTopology::unbind(const Binding &wish, Done<void> done)
{
    if (isOver())
        return;
    Binding binding = wish;
    if (const Error error = prepare(binding); error.isError())
        return done(error);
    const auto members = membersOf(binding, m_context.options);
    if (!members)
        return done(members.error());
    if (m_fanout)
        m_fanout->unbound(binding);
    RespCommand command{"SREM", m_context.keys.binding(binding.exchange.name())};
    for (const QByteArray &member : *members)
        command.add(member);
    m_context.sender.send(std::move(command), whileAlive(plain(std::move(done))));
}

void RedisTopology::inspect(const QString &queue, Done<QueueInfo> done)
{
    if (isOver())
        return;
    if (const Error error = checkName(queue); error.isError())
        return done(error);
    std::vector<RespCommand> commands;
    for (const QByteArray &list : m_context.keys.lists(queue))
        commands.push_back({"LLEN", list}); // 0 exactly if it does not exist
    sendAll(std::move(commands),
            [this, queue, done = std::move(done)](const Result<Replies> &replies) {
                if (!replies)
                    return done(replies.error());
                if (sum(*replies) > 0)
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
    for (const QByteArray &list : m_context.keys.lists(queue)) {
        commands.push_back({"LLEN", list});
        commands.push_back({"DEL", list});
    }
    return commands;
}

void RedisTopology::purge(const QString &queue, Done<qint64> done)
{
    if (isOver())
        return;
    if (const Error error = checkName(queue); error.isError())
        return done(error);
    sendAll(countAndDelete(queue), [done = std::move(done)](const Result<Replies> &replies) {
        if (!replies)
            return done(replies.error());
        done(sum(*replies, 0, 2));
    });
}

void RedisTopology::remove(const Queue &queue, const RemoveOptions &options, Done<qint64> done)
{
    if (isOver())
        return;
    const QString name = queue.name();
    if (const Error error = checkName(name); error.isError())
        return done(error);
    if (options.ifUnused)
        return done(
            Error(Error::Unsupported,
                  Text::tr("Redis does not know who consumes from queue \"%1\": it cannot be "
                           "removed on condition that nobody does")
                      .arg(name)));
    findMentions(name,
                 [this, name, ifEmpty = options.ifEmpty,
                  done = std::move(done)](const Result<Mentions> &mentions) {
                     if (!mentions)
                         return done(mentions.error());
                     if (ifEmpty)
                         removeIfEmpty(name, *mentions, done);
                     else
                         removeNow(name, *mentions, done);
                 });
}

void RedisTopology::removeNow(const QString &queue, const Mentions &mentions,
                              const Done<qint64> &done)
{
    if (m_fanout)
        m_fanout->removed(queue);
    std::vector<RespCommand> commands = countAndDelete(queue);
    for (const auto &[set, members] : mentions) {
        RespCommand command{"SREM", set};
        for (const QByteArray &member : members)
            command.add(member);
        commands.push_back(std::move(command));
    }
    const std::size_t counts = m_context.keys.buckets().size() * 2;
    sendAll(std::move(commands), [counts, done](Result<Replies> replies) {
        if (!replies)
            return done(replies.error());
        replies->resize(std::min(counts, replies->size()));
        done(sum(*replies, 0, 2));
    });
}

// The condition and what follows are one atomic step. An empty queue has no list: its bindings go.
void RedisTopology::removeIfEmpty(const QString &queue, const Mentions &mentions,
                                  const Done<qint64> &done)
{
    RespCommand keys;
    for (const QByteArray &list : m_context.keys.lists(queue))
        keys.add(list);
    RespCommand arguments;
    arguments.add(qint64(keys.count()));
    for (const auto &[set, members] : mentions) {
        for (const QByteArray &member : members) {
            keys.add(set);
            arguments.add(member);
        }
    }
    m_context.sender.run(
        Scripts::removeEmpty(), std::move(keys), std::move(arguments),
        whileAlive([this, queue, done](const Result<RespValue> &reply) {
            if (!reply)
                return done(reply.error());
            if (reply->integer > 0)
                return done(preconditionFailed(
                    Text::tr("PRECONDITION_FAILED - queue '%1' is not empty").arg(queue)));
            if (m_fanout)
                m_fanout->removed(queue);
            done(0);
        }));
}

// Its queues stay. Redis keeps nothing of an exchange but its bindings, so one that is not used is
// not there, and nothing is left to delete.
void RedisTopology::remove(const Exchange &exchange, const RemoveOptions &options, Done<void> done)
{
    if (isOver())
        return;
    const QString name = exchange.name();
    if (exchange.isDefault())
        return done(Error(Error::Channel, Text::tr("The default exchange cannot be removed")));
    const QByteArray set = m_context.keys.binding(name);
    m_context.sender.send(
        {options.ifUnused ? "SCARD" : "DEL", set},
        whileAlive([this, name, ifUnused = options.ifUnused,
                    done = std::move(done)](const Result<RespValue> &reply) {
            if (reply && ifUnused && reply->integer > 0)
                return done(preconditionFailed(
                    Text::tr("PRECONDITION_FAILED - exchange '%1' is in use").arg(name)));
            if (reply)
                m_context.declared.exchanges.forget(name);
            done(reply.error());
        }));
}

void RedisTopology::findMentions(const QString &queue, std::function<void(Result<Mentions>)> done)
{
    const auto sets = std::make_shared<QSet<QByteArray>>();
    const QByteArray pattern = RedisKeys::escapeGlob(m_context.keys.binding(QString())) + '*';
    Scan::start(
        m_context.sender, {"SCAN"}, {"MATCH", pattern, "COUNT", "500", "TYPE", "set"},
        [sets](std::vector<RespValue> &&keys) {
            for (const RespValue &key : keys)
                sets->insert(key.text);
            return true;
        },
        [this, alive = std::weak_ptr(m_alive), sets, queue, done](const Result<bool> &complete) {
            if (alive.expired())
                return;
            if (!complete)
                return done(complete.error());
            if (!*complete)
                return done(
                    Error(Error::LimitExceeded,
                          Text::tr("The database has too many keys to look for the bindings of "
                                   "queue \"%1\"")
                              .arg(queue)));
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
    const QByteArray tail = m_context.options.separator + queue.toUtf8();
    const QByteArray pattern = '*' + RedisKeys::escapeGlob(tail);
    Scan::start(
        m_context.sender, {"SSCAN", set}, {"MATCH", pattern, "COUNT", "500"},
        [found, set, queue,
         separator = m_context.options.separator](std::vector<RespValue> &&members) {
            for (RespValue &member : members) {
                const auto binding = StoredBinding::read(member.text, separator);
                if (binding && binding->queue == queue)
                    (*found)[set].push_back(std::move(member.text));
            }
            return true;
        },
        [this, alive = std::weak_ptr(m_alive), sets, queue, found,
         done](const Result<bool> &complete) {
            if (alive.expired())
                return;
            if (!complete)
                return done(complete.error());
            findInSets(sets, queue, found, done);
        });
}

} // namespace Qombu::Redis
