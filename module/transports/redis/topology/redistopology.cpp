// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/topology/redistopology.h"

#include "core/randomid_p.h"
#include "transports/redis/browsing/redisscan.h"
#include "transports/redis/consuming/redisfanout.h"
#include "transports/redis/redisscripts.h"
#include "transports/redis/topology/redisbindings.h"
#include "transports/redis/wire/redistext.h"

#include <QSet>

#include <algorithm>

namespace Qombu::Redis {
namespace {

using Replies = std::vector<RespValue>;

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

} // namespace

RedisTopology::RedisTopology(const RedisContext &context, RedisFanout *fanout)
    : m_context(context)
    , m_fanout(fanout)
{
}

void RedisTopology::sendAll(std::vector<RespCommand> commands,
                            std::function<void(Result<Replies>)> done)
{
    sendTransaction(m_context.sender, std::move(commands), whileAlive(m_alive, std::move(done)));
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
    count(name, std::move(done));
}

void RedisTopology::count(const QString &queue, Done<QueueInfo> done)
{
    if (const Error error = checkName(queue); error.isError())
        return done(error);
    std::vector<RespCommand> commands;
    for (const QByteArray &list : m_context.keys.lists(queue))
        commands.push_back({"LLEN", list}); // 0 exactly if it does not exist
    sendAll(std::move(commands),
            onValue(std::move(done), [queue](const Replies &replies, const auto &answer) {
                answer(QueueInfo{queue, sum(replies), 0});
            }));
}

// Its members. A binding names its exchange; what was declared under that name decides about its
// type.
Result<std::vector<QByteArray>> RedisTopology::prepare(Binding &binding) const
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
    return membersOf(binding, m_context.options);
}

void RedisTopology::bind(const Binding &wish, Done<void> done)
{
    if (isOver())
        return;
    Binding binding = wish;
    const auto members = prepare(binding);
    if (!members)
        return done(members.error());
    if (m_fanout)
        m_fanout->bound(binding);
    const QByteArray set = m_context.keys.binding(binding.exchange.name());
    m_context.sender.send({"SADD", set, members->front()},
                          whileAlive(m_alive,
                                     [this, set, member = members->front(),
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
        {"SMEMBERS", set},
        whileAlive(m_alive, [member, refusal, done](const Result<RespValue> &reply) {
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
    const auto members = prepare(binding);
    if (!members)
        return done(members.error());
    if (m_fanout)
        m_fanout->unbound(binding);
    RespCommand command{"SREM", m_context.keys.binding(binding.exchange.name())};
    for (const QByteArray &member : *members)
        command.add(member);
    m_context.sender.send(
        std::move(command),
        whileAlive(m_alive, [done = std::move(done)](const auto &reply) { done(reply.error()); }));
}

void RedisTopology::inspect(const QString &queue, Done<QueueInfo> done)
{
    if (isOver())
        return;
    count(queue, [this, queue, done = std::move(done)](const Result<QueueInfo> &counted) {
        if (!counted || counted->messageCount > 0)
            return done(counted);
        findMentions(queue, onValue(done, [counted](const Mentions &found, const auto &answer) {
                         if (!found.empty())
                             return answer(counted);
                         const QString text = Text::tr("There is no queue \"%1\"");
                         answer(Error(Error::NotFound, text.arg(counted->name)).withReplyCode(404));
                     }));
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
    sendAll(countAndDelete(queue),
            onValue(std::move(done), [](const Replies &replies, const auto &answer) {
                answer(sum(replies, 0, 2));
            }));
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
    const auto remover =
        options.ifEmpty ? &RedisTopology::removeIfEmpty : &RedisTopology::removeNow;
    findMentions(
        name,
        onValue(std::move(done), [this, name, remover](const Mentions &mentions, auto &answer) {
            (this->*remover)(name, mentions, answer);
        }));
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
    sendAll(std::move(commands), onValue(done, [counts](Replies &replies, const auto &answer) {
                replies.resize(std::min(counts, replies.size()));
                answer(sum(replies, 0, 2));
            }));
}

// The condition and what follows are one atomic step. An empty queue has no list: its bindings go.
void RedisTopology::removeIfEmpty(const QString &queue, const Mentions &mentions,
                                  const Done<qint64> &done)
{
    RespCommand keys;
    for (const QByteArray &list : m_context.keys.lists(queue))
        keys.add(list);
    RespCommand arguments{keys.count()};
    for (const auto &[set, members] : mentions) {
        for (const QByteArray &member : members) {
            keys.add(set);
            arguments.add(member);
        }
    }
    m_context.sender.run(
        Scripts::all().removeEmpty, std::move(keys), std::move(arguments),
        whileAlive(
            m_alive, onValue(done, [this, queue](const RespValue &reply, const auto &answer) {
                if (reply.integer > 0)
                    return answer(preconditionFailed(
                        Text::tr("PRECONDITION_FAILED - queue '%1' is not empty").arg(queue)));
                if (m_fanout)
                    m_fanout->removed(queue);
                answer(0);
            })));
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
        whileAlive(
            m_alive,
            [this, name, ifUnused = options.ifUnused,
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
    const auto finished = onValue(done, [this, sets, queue](bool isComplete, const auto &answer) {
        if (isComplete)
            return findInSets(sets->values(), queue, answer);
        answer(Error(Error::LimitExceeded,
                     Text::tr("The database has too many keys to look for the bindings of "
                              "queue \"%1\"")
                         .arg(queue)));
    });
    const QByteArray pattern = RedisKeys::escapeGlob(m_context.keys.binding(QString())) + '*';
    Scan::start(
        m_context.sender, {{"SCAN"}}, {"MATCH", pattern, "COUNT", "500", "TYPE", "set"},
        [sets](std::size_t, std::vector<RespValue> &&keys) {
            for (const RespValue &key : keys)
                sets->insert(key.text);
            return true;
        },
        whileAlive(m_alive, finished));
}

void RedisTopology::findInSets(const QList<QByteArray> &sets, const QString &queue,
                               const std::function<void(Result<Mentions>)> &done)
{
    const QByteArray separator = m_context.options.separator;
    const QByteArray tail = separator + queue.toUtf8();
    const QByteArray pattern = '*' + RedisKeys::escapeGlob(tail);
    const auto found = std::make_shared<Mentions>();
    std::vector<RespCommand> heads;
    for (const QByteArray &set : sets)
        heads.push_back({"SSCAN", set});
    Scan::start(
        m_context.sender, std::move(heads), {"MATCH", pattern, "COUNT", "500"},
        [found, sets, queue, separator](std::size_t i, std::vector<RespValue> &&members) {
            for (RespValue &member : members) {
                const auto binding = StoredBinding::read(member.text, separator);
                if (binding && binding->queue == queue)
                    (*found)[sets.at(qsizetype(i))].push_back(std::move(member.text));
            }
            return true;
        },
        whileAlive(m_alive, onValue(done, [found](bool, const auto &answer) {
                       answer(std::move(*found));
                   })));
}

} // namespace Qombu::Redis
