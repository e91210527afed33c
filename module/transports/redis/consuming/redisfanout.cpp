// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisfanout.h"

#include "transports/redis/wire/redistext.h"
#include "virtual/envelope/envelope.h"

#include <algorithm>

namespace Qombu::Redis {

RedisFanout::RedisFanout(Subscriber &subscriber, const RedisKeys &keys, RedisHost &host)
    : m_subscriber(subscriber)
    , m_keys(keys)
    , m_host(host)
{
}

void RedisFanout::bound(const Binding &binding)
{
    if (binding.exchange.type() != ExchangeType::Fanout)
        return;
    m_targets[binding.queue].wanted.insert(patternOf(binding));
    subscribe({binding.queue}, [](const Result<void> &) {}); // a link that fails says so itself
}

void RedisFanout::unbound(const Binding &binding)
{
    const auto target = m_targets.find(binding.queue);
    if (target == m_targets.end() || binding.exchange.type() != ExchangeType::Fanout)
        return;
    target->second.wanted.remove(patternOf(binding));
    unsubscribe({binding.queue});
}

void RedisFanout::removed(const QString &queue)
{
    const auto target = m_targets.find(queue);
    if (target == m_targets.end())
        return;
    target->second.wanted.clear();
    unsubscribe({queue});
}

void RedisFanout::watch(quint64 consumer, DeliveryListener *listener, const QList<Queue> &queues,
                        Done<void> done)
{
    m_listeners[consumer] = listener;
    QStringList names;
    for (const Queue &queue : queues) {
        Target &target = m_targets[queue.name()];
        for (const Binding &binding : queue.bindings()) {
            if (binding.exchange.type() == ExchangeType::Fanout)
                target.wanted.insert(patternOf(binding));
        }
        if (std::find(target.consumers.begin(), target.consumers.end(), consumer)
            == target.consumers.end())
            target.consumers.push_back(consumer);
        names << queue.name();
    }
    subscribe(names, std::move(done));
}

void RedisFanout::unwatch(quint64 consumer)
{
    m_listeners.erase(consumer);
    QStringList names;
    for (auto &[name, target] : m_targets) {
        if (std::erase(target.consumers, consumer) > 0)
            names << name;
    }
    unsubscribe(names);
}

// Asks for what the queues want now. Who only takes away asks for nothing: what was refused would
// be asked for again.
void RedisFanout::subscribe(const QStringList &queues, Done<void> done)
{
    QList<QByteArray> added;
    const auto wait = std::make_shared<Wait>(Wait{std::move(done), 1});
    for (const QString &name : queues) {
        Target &target = m_targets[name];
        if (target.consumers.empty())
            continue;
        for (const QByteArray &pattern : std::as_const(target.wanted))
            want(target, pattern, wait, added);
    }
    if (!added.isEmpty())
        ask(added);
    answer({wait}, {});
}

void RedisFanout::want(Target &target, const QByteArray &pattern, const std::shared_ptr<Wait> &wait,
                       QList<QByteArray> &added)
{
    target.subscribed.insert(pattern);
    const auto [at, isNew] = m_subscriptions.try_emplace(pattern);
    if (isNew)
        added << pattern;
    if (at->second.isInForce)
        return;
    at->second.waiting.push_back(wait);
    ++wait->open;
}

void RedisFanout::unsubscribe(const QStringList &queues)
{
    QList<QByteArray> dropped;
    Waiting freed; // what they wait for is not wanted any more
    for (const QString &name : queues) {
        Target &target = m_targets[name];
        const QSet<QByteArray> wanted =
            target.consumers.empty() ? QSet<QByteArray>() : target.wanted;
        for (const QByteArray &pattern : QSet<QByteArray>(target.subscribed) - wanted) {
            target.subscribed.remove(pattern);
            if (isUsed(pattern))
                continue;
            dropped << pattern;
            const Waiting &waiting = m_subscriptions[pattern].waiting;
            freed.insert(freed.end(), waiting.begin(), waiting.end());
            m_subscriptions.erase(pattern);
        }
        if (target.wanted.isEmpty() && target.consumers.empty())
            m_targets.erase(name);
    }
    // Kombu sends UNSUBSCRIBE here, which leaves the pattern in force.
    if (!dropped.isEmpty())
        m_subscriber.punsubscribe(dropped, [](const Result<RespValue> &) {});
    answer(freed, {});
}

// The server subscribes to all of them, or refuses all.
void RedisFanout::ask(const QList<QByteArray> &patterns)
{
    const quint64 question = ++m_questions;
    for (const QByteArray &pattern : patterns)
        m_subscriptions[pattern].question = question;
    m_subscriber.psubscribe(patterns, [this, patterns, question](const Result<RespValue> &reply) {
        answered(patterns, question, reply.error());
    });
}

void RedisFanout::answered(const QList<QByteArray> &patterns, quint64 question,
                           const Error &refusal)
{
    Waiting waiting;
    for (const QByteArray &pattern : patterns) {
        const auto at = m_subscriptions.find(pattern);
        if (at == m_subscriptions.end() || at->second.question != question)
            continue; // dropped meanwhile
        const Waiting waited = std::exchange(at->second.waiting, {});
        waiting.insert(waiting.end(), waited.begin(), waited.end());
        at->second.isInForce = true;
        if (!refusal.isError())
            continue;
        m_subscriptions.erase(at);
        for (auto &[queue, target] : m_targets)
            target.subscribed.remove(pattern);
    }
    answer(waiting, refusal);
}

// Whoever hears it may end this.
void RedisFanout::answer(const Waiting &waiting, const Error &refusal)
{
    for (const std::shared_ptr<Wait> &wait : waiting) {
        if (refusal.isError())
            wait->error = refusal;
        if (--wait->open == 0)
            wait->done(wait->error);
    }
}

bool RedisFanout::isUsed(const QByteArray &pattern) const
{
    return std::any_of(m_targets.begin(), m_targets.end(),
                       [&](const auto &each) { return each.second.subscribed.contains(pattern); });
}

void RedisFanout::received(const QByteArray &pattern, const QByteArray &channel,
                           QByteArray &&payload)
{
    std::shared_ptr<const MessageContent> content; // read once, and only if somebody wants it
    std::vector<std::pair<quint64, IncomingMessage>> deliveries;
    for (auto &[queue, target] : m_targets) {
        if (target.consumers.empty() || !isFirstFit(target, pattern, channel))
            continue;
        if (!content) {
            Result<MessageContent> read = Envelope::decode(payload);
            if (!read)
                return tellUndecodable(queue, read.error());
            content = std::make_shared<const MessageContent>(std::move(*read));
        }
        auto &[consumer, message] = deliveries.emplace_back();
        consumer = target.consumers[target.turn++ % target.consumers.size()];
        message.queue = queue;
        message.content = content;
        message.broadcastBytes = std::max<qint64>(1, payload.size());
    }
    for (auto &[consumer, message] : deliveries) { // a listener may end any consumer
        const auto listener = m_listeners.find(consumer);
        if (listener == m_listeners.end())
            continue;
        std::vector<IncomingMessage> batch;
        batch.push_back(std::move(message));
        listener->second->delivered(std::move(batch));
    }
}

void RedisFanout::tellUndecodable(const QString &queue, const Error &why)
{
    const QString text = Text::tr("A broadcast for queue \"%1\" is no message: %2");
    m_host.notice(makeNotice(BrokerNotice::Quarantine, text.arg(queue, why.text()), why, queue));
}

// The server sends one broadcast for each pattern that fits; only the first counts for a queue.
bool RedisFanout::isFirstFit(const Target &target, const QByteArray &pattern,
                             const QByteArray &channel)
{
    if (!target.subscribed.contains(pattern))
        return false;
    return std::none_of(
        target.subscribed.begin(), target.subscribed.end(),
        [&](const QByteArray &other) { return other < pattern && fitsChannel(other, channel); });
}

bool fitsChannel(QByteArrayView pattern, QByteArrayView channel)
{
    qsizetype p = 0, c = 0, star = -1, mark = 0;
    while (c < channel.size()) {
        const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = c;
        } else if (p < pattern.size() && pattern[p + (escaped ? 1 : 0)] == channel[c]) {
            p += escaped ? 2 : 1;
            ++c;
        } else if (star >= 0) {
            p = star + 1;
            c = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

} // namespace Qombu::Redis
