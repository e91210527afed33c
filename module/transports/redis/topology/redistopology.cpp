// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/topology/redistopology.h"

#include "core/randomid_p.h"
#include "transports/redis/browsing/redisscan.h"
#include "transports/redis/browsing/unreadparts.h"
#include "transports/redis/consuming/redisfanout.h"
#include "transports/redis/redisscripts.h"
#include "transports/redis/topology/bindingkeeper.h"
#include "transports/redis/topology/foreignkeys.h"
#include "transports/redis/topology/redisbindings.h"
#include "transports/redis/wire/rediserror.h"
#include "transports/redis/wire/redistext.h"

#include <QSet>

#include <algorithm>

namespace Qombu::Redis {
namespace {

using Replies = std::vector<RespValue>;

qint64 sum(const Replies &replies)
{
    qint64 result = 0;
    for (const RespValue &reply : replies)
        result += reply.integer;
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

// Nothing is stored; but something else may have the name of its bindings.
void RedisTopology::declare(const Exchange &exchange, Done<void> done)
{
    if (isOver())
        return;
    const Error error = m_context.declared.exchanges.declare(exchange);
    if (error.isError() || exchange.isDefault())
        return done(error);
    const QByteArray key = m_context.keys.binding(exchange.name());
    const auto told = [this, key, name = exchange.name(),
                       done = std::move(done)](const Result<RespValue> &type) {
        if (type && type->text != "set" && type->text != "none") {
            m_context.declared.exchanges.forget(name);
            return done(foreignKey(key, type->text, "set"));
        }
        const bool mayNotAsk = type.error().kind() == Error::Configuration;
        done(mayNotAsk ? Error() : type.error());
    };
    m_context.sender.send({"TYPE", key}, whileAlive(m_alive, told));
}

void RedisTopology::declare(const Queue &queue, Done<QueueInfo> done)
{
    if (isOver())
        return;
    QString name = queue.name();
    if (name.isEmpty()) {
        name = RandomId(m_context.hub->random(), m_context.hub->random()).queueName();
    }
    if (const Error error = checkNames(name, queue.deadLetterQueue()); error.isError())
        return done(error);
    if (!queue.deadLetterQueue().isEmpty())
        m_context.declared.deadLetterQueues.insert(name, queue.deadLetterQueue());
    if (queue.isPassive())
        return inspect(name, std::move(done));
    if (queue.expires())
        m_context.declared.expiries.insert(name, *queue.expires());
    else
        m_context.declared.expiries.remove(name);
    m_context.declared.bindings.declared(name, queue);
    count(name, std::move(done));
}

Error RedisTopology::checkNames(const QString &queue, const QString &deadLetterQueue) const
{
    const Error error = m_context.keys.checkQueueName(queue);
    return error.isError() || deadLetterQueue.isEmpty()
        ? error
        : m_context.keys.checkQueueName(deadLetterQueue);
}

void RedisTopology::count(const QString &queue, Done<QueueInfo> done)
{
    if (const Error error = m_context.keys.checkQueueName(queue); error.isError())
        return done(error);
    std::vector<RespCommand> commands;
    for (const QByteArray &list : m_context.keys.lists(queue))
        commands.push_back({"LLEN", list}); // 0 exactly if it does not exist
    sendAll(std::move(commands),
            [this, queue, done = std::move(done)](const Result<Replies> &replies) {
                if (replies)
                    return done(QueueInfo{queue, sum(*replies), 0});
                explainRefusal(m_context.sender, m_context.keys.lists(queue), replies.error(),
                               whileAlive(m_alive, [done](const Error &why) { done(why); }));
            });
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
    if (const Error error = m_context.keys.checkQueueName(binding.queue); error.isError())
        return done(error);
    if (m_fanout)
        m_fanout->bound(binding);
    WantedBindings &bindings = m_context.declared.bindings;
    WantedBinding wanted{members->front(), {}, bindings.lifeOf(binding.queue), binding.queue};
    if (members->size() > 1)
        wanted.other = members->back();
    const QString exchange = binding.exchange.name();
    bindings.add(exchange, wanted);
    writeBindings(
        m_context, exchange, {wanted},
        whileAlive(m_alive,
                   [this, exchange, wanted, done = std::move(done)](const Result<qint64> &result) {
                       bindingWritten(exchange, wanted, result, done);
                   }));
}

// What this user may not bind somebody else may have bound: then that is all that is wanted, and
// not ours to keep.
void RedisTopology::bindingWritten(const QString &exchange, const WantedBinding &wanted,
                                   const Result<qint64> &result, const Done<void> &done)
{
    if (!result && !result.error().isRecoverable())
        m_context.declared.bindings.remove(exchange, wanted.member);
    if (result.error().kind() != Error::Configuration)
        return done(result.error());
    const auto isThere = std::make_shared<bool>(false);
    std::vector<RespCommand> questions;
    for (const QByteArray &member : {wanted.member, wanted.other}) {
        if (!member.isEmpty())
            questions.push_back({"SISMEMBER", m_context.keys.binding(exchange), member});
    }
    sendEach(
        m_context.sender, std::move(questions),
        [isThere](std::size_t, const Result<RespValue> &reply) {
            *isThere = *isThere || (reply && reply->integer == 1);
        },
        whileAlive(m_alive, [isThere, refusal = result.error(), done] {
            done(*isThere ? Error() : refusal);
        }));
}

// Kombu never removes a binding; each text that stands for this one goes, from both sets.
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
    const QString exchange = binding.exchange.name();
    for (const QByteArray &member : *members)
        m_context.declared.bindings.remove(exchange, member);
    removeAll({},
              {{m_context.keys.binding(exchange), *members},
               {m_context.keys.permanentBinding(exchange), *members}},
              false, [done = std::move(done)](const auto &reply) { done(reply.error()); });
}

void RedisTopology::unwanted(const Binding &wish)
{
    if (isOver())
        return;
    Binding binding = wish;
    if (const auto members = prepare(binding)) {
        for (const QByteArray &member : *members)
            m_context.declared.bindings.remove(binding.exchange.name(), member);
    }
}

void RedisTopology::inspect(const QString &queue, Done<QueueInfo> done)
{
    if (isOver())
        return;
    count(queue, [this, queue, done = std::move(done)](const Result<QueueInfo> &counted) {
        if (!counted || counted->messageCount > 0)
            return done(counted);
        findMentions(queue, onValue(done, [counted](const Search &search, const auto &answer) {
                         if (!search.found.empty())
                             return answer(counted);
                         if (search.unread.isError())
                             return answer(search.unread);
                         const QString text = Text::tr("There is no queue \"%1\"");
                         answer(Error(Error::NotFound, text.arg(counted->name)).withReplyCode(404));
                     }));
    });
}

// The lists with what is in them, and members of binding sets, or nothing at all. Answers how many
// messages there were; onlyEmpty: nothing is done if there are any.
void RedisTopology::removeAll(const std::vector<QByteArray> &lists, const Mentions &mentions,
                              bool onlyEmpty, Done<qint64> done)
{
    RespCommand keys;
    for (const QByteArray &list : lists)
        keys.add(list);
    RespCommand arguments{keys.count(), onlyEmpty ? 1 : 0};
    qint64 number = 0;
    for (const auto &[set, members] : mentions) {
        keys.add(set);
        ++number;
        for (const QByteArray &member : members)
            arguments.add(number).add(member);
    }
    m_context.sender.run(
        Scripts::all().remove, std::move(keys), std::move(arguments),
        whileAlive(m_alive,
                   onValue(std::move(done), [](const RespValue &reply, const auto &answer) {
                       answer(reply.integer);
                   })));
}

void RedisTopology::purge(const QString &queue, Done<qint64> done)
{
    if (isOver())
        return;
    if (const Error error = m_context.keys.checkQueueName(queue); error.isError())
        return done(error);
    removeAll(m_context.keys.lists(queue), {}, false, std::move(done));
}

void RedisTopology::remove(const Queue &queue, const RemoveOptions &options, Done<qint64> done)
{
    if (isOver())
        return;
    const QString name = queue.name();
    if (const Error error = m_context.keys.checkQueueName(name); error.isError())
        return done(error);
    if (options.ifUnused)
        return done(
            Error(Error::Unsupported,
                  Text::tr("Redis does not know who consumes from queue \"%1\": it cannot be "
                           "removed on condition that nobody does")
                      .arg(name)));
    findMentions(name,
                 onValue(std::move(done),
                         [this, name, onlyEmpty = options.ifEmpty](const Search &search,
                                                                   const auto &answer) {
                             removeFound(name, search.found, onlyEmpty, answer);
                         }));
}

// The condition and what follows are one atomic step. An empty queue has no list: its bindings go.
void RedisTopology::removeFound(const QString &queue, const Mentions &mentions, bool onlyEmpty,
                                const Done<qint64> &done)
{
    removeAll(m_context.keys.lists(queue), mentions, onlyEmpty,
              onValue(done, [this, queue, onlyEmpty](qint64 messages, const auto &answer) {
                  if (onlyEmpty && messages > 0)
                      return answer(preconditionFailed(
                          Text::tr("PRECONDITION_FAILED - queue \"%1\" is not empty").arg(queue)));
                  m_context.declared.bindings.removeQueue(queue);
                  m_context.declared.expiries.remove(queue);
                  m_context.declared.deadLetterQueues.remove(queue);
                  if (m_fanout)
                      m_fanout->removed(queue);
                  answer(messages);
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
    m_context.sender.run(
        Scripts::all().removeExchange,
        {m_context.keys.binding(name), m_context.keys.permanentBinding(name),
         m_context.keys.bindingDeadlines()},
        {name.toUtf8(), options.ifUnused ? 1 : 0},
        whileAlive(
            m_alive,
            [this, name, ifUnused = options.ifUnused,
             done = std::move(done)](const Result<RespValue> &reply) {
                if (reply && ifUnused && reply->integer > 0)
                    return done(preconditionFailed(
                        Text::tr("PRECONDITION_FAILED - exchange \"%1\" is in use").arg(name)));
                if (reply) {
                    m_context.declared.exchanges.forget(name);
                    m_context.declared.bindings.removeExchange(name);
                }
                done(reply.error());
            }));
}

void RedisTopology::findMentions(const QString &queue, std::function<void(Result<Search>)> done)
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
    const QByteArray pattern = m_context.keys.bindingSets();
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
                               const std::function<void(Result<Search>)> &done)
{
    const QByteArray separator = m_context.options.separator;
    const QByteArray tail = separator + queue.toUtf8();
    const QByteArray pattern = '*' + RedisKeys::escapeGlob(tail);
    const auto search = std::make_shared<Search>();
    const auto unread = std::make_shared<UnreadParts>();
    std::vector<RespCommand> heads;
    for (const QByteArray &set : sets)
        heads.push_back({"SSCAN", set});
    Scan::start(
        m_context.sender, std::move(heads), {"MATCH", pattern, "COUNT", "500"},
        [search, sets, queue, separator](std::size_t i, std::vector<RespValue> &&members) {
            for (RespValue &member : members) {
                const auto binding = StoredBinding::read(member.text, separator);
                if (binding && binding->queue == queue)
                    search->found[sets.at(qsizetype(i))].push_back(std::move(member.text));
            }
            return true;
        },
        whileAlive(m_alive,
                   onValue(done,
                           [this, search, unread](bool, const auto &answer) {
                               unread->tell([this](const QString &text) {
                                   m_context.host.notice(makeNotice(BrokerNotice::Degraded, text));
                               });
                               answer(std::move(*search));
                           })),
        [search, unread, sets](std::size_t set, const Error &error) {
            if (!isRefusal(error))
                return false;
            search->unread = error;
            unread->add(UnreadParts::Set, sets.at(qsizetype(set)), error);
            return true;
        });
}

} // namespace Qombu::Redis
