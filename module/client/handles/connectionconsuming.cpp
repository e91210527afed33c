// SPDX-License-Identifier: BSD-3-Clause
// The part of ConnectionPrivate that Consumers use, and that fetches single messages.
#include "client/handles/connection_p.h"
#include "client/handles/consumer_p.h"
#include "client/engine/engine.h"
#include "core/logging_p.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>

namespace Qombu {
namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Connection)
};

} // namespace

void ConnectionPrivate::accept(FetchedBatch batch)
{
    const quint64 id = batch.consumer;
    if (const auto draining = m_draining.find(id); draining != m_draining.end()) {
        draining->second.undelivered.push_back(std::move(batch));
    } else if (ConsumerPrivate *to = consumer(id)) {
        to->batches.push_back(std::move(batch));
        deliverLater(id);
    }
}

void ConnectionPrivate::deliverLater(quint64 id)
{
    if (std::find(m_ready.begin(), m_ready.end(), id) == m_ready.end())
        m_ready.push_back(id);
    postWake();
}

// Consumers take turns.
void ConnectionPrivate::deliver()
{
    const QPointer<Connection> guard(q);
    std::vector<quint64> served;
    while (!m_ready.empty() && m_budget > 0 && !m_isClosing && !m_isShuttingDown) {
        const quint64 id = m_ready.front();
        m_ready.pop_front();
        ConsumerPrivate *next = consumer(id);
        if (!next || !next->hasDeliverable())
            continue;
        ++m_delivered;
        --m_budget;
        m_ready.push_back(id);
        next->deliverNext();
        if (!guard)
            return;
        if (std::find(served.begin(), served.end(), id) == served.end())
            served.push_back(id);
        if (*m_deliveryWake)
            (*m_deliveryWake)();
    }
    for (const quint64 id : served) {
        if (ConsumerPrivate *one = consumer(id))
            one->reportTaken();
    }
    if (m_isClosing || m_isShuttingDown)
        m_ready.clear();
}

ConsumerPrivate *ConnectionPrivate::consumer(quint64 id) const
{
    const auto found = m_consumers.find(id);
    return found == m_consumers.end() ? nullptr : found->second;
}

void ConnectionPrivate::add(quint64 id, ConsumerPrivate *started)
{
    m_consumers.insert_or_assign(id, started);
}

void ConnectionPrivate::addHandle(ConsumerPrivate *handle)
{
    m_consumerHandles.push_back(handle);
}

void ConnectionPrivate::forgetConsumer(ConsumerPrivate *handle)
{
    std::erase(m_consumerHandles, handle);
    std::erase_if(m_consumers, [handle](const auto &entry) { return entry.second == handle; });
}

Pending<void> ConnectionPrivate::cancelConsumer(quint64 id, std::deque<FetchedBatch> undelivered)
{
    m_consumers.erase(id);
    auto [pending, done] = newAnswer<void>();
    m_draining.emplace(id, Draining{std::move(undelivered), done});
    const bool isSent = send(EngineCall([id](Engine &engine) {
        if (EngineConsumer *cancelled = engine.consumer(id))
            cancelled->cancel();
    }));
    if (!isSent)
        consumerDrained(id);
    return pending;
}

void ConnectionPrivate::consumerDrained(quint64 id)
{
    const auto found = m_draining.find(id);
    if (found == m_draining.end())
        return;
    const Draining draining = std::move(found->second);
    m_draining.erase(found);
    std::vector<quint64> numbers;
    for (const FetchedBatch &batch : draining.undelivered) {
        for (size_t i = batch.next; i < batch.messages.size(); ++i)
            numbers.push_back(batch.messages[i].delivery);
    }
    const bool isSent =
        send(EngineCall([id, numbers = std::move(numbers), done = draining.done](Engine &engine) {
            if (EngineConsumer *cancelled = engine.consumer(id))
                cancelled->finishCancel(numbers, done);
            else
                done(Result<void>());
        }));
    if (!isSent)
        draining.done(Result<void>());
}

// The Delivery is made here, in the user's thread: what nobody receives needs none.
Pending<std::optional<Message>> ConnectionPrivate::get(quint64 channel, const QString &queue,
                                                       AckMode mode)
{
    using Fetched = std::optional<FetchedMessage>;
    const quint64 answerId = newId();
    auto made = std::make_unique<Answer<std::optional<Message>>>();
    auto pending = made->resolver.pending();
    m_answers.emplace(answerId, std::move(made));
    const auto give = [=](ConnectionPrivate &connection, const Result<Fetched> &result) {
        if (!result.isOk())
            return connection.answer<std::optional<Message>>(answerId, result.error());
        std::optional<Message> message;
        if (const Fetched &fetched = *result) {
            message = MessageBuilder::make(
                fetched->data,
                std::make_shared<Delivery>(connection.m_courier, channel, fetched->delivery, mode));
        }
        connection.answer<std::optional<Message>>(answerId, message);
    };
    const Done<Fetched> done = [way = std::weak_ptr(m_courier), give](Result<Fetched> result) {
        if (const auto courier = way.lock()) {
            courier->report([give, result = std::move(result)](ConnectionPrivate &connection) {
                give(connection, result);
            });
        }
    };
    const bool isSent = send(EngineCall(
        [=](Engine &engine) { engine.channel(channel).get(queue, mode == AckMode::None, done); }));
    if (!isSent)
        done(connectionGone());
    return pending;
}

// A message that was fetched and not delivered comes again through the next link.
void ConnectionPrivate::linkLost(quint64 nextGeneration)
{
    for (ConsumerPrivate *handle : m_consumerHandles)
        handle->dropStale(nextGeneration);
}

// The engine has put it back.
void ConnectionPrivate::dropFetched(quint64 id)
{
    if (ConsumerPrivate *of = consumer(id))
        of->batches.clear();
}

void ConnectionPrivate::consumerStateChanged(quint64 id, Consumer::State newState)
{
    if (ConsumerPrivate *to = consumer(id))
        to->engineStateChanged(newState);
}

void ConnectionPrivate::consumerFailed(quint64 id, const Error &why)
{
    if (ConsumerPrivate *to = consumer(id))
        Q_EMIT to->q->errorOccurred(why);
}

void ConnectionPrivate::consumerCancelled(quint64 id, const Error &why)
{
    if (ConsumerPrivate *to = consumer(id))
        Q_EMIT to->q->cancelledByBroker(why);
}

void ConnectionPrivate::settlementLost(quint64 id, const QString &queue, const QString &deliveryTag)
{
    qCInfo(lcClient).noquote() << Text::tr(
                                      "The broker had given a message of “%1” to somebody else "
                                      "before it was settled.")
                                      .arg(queue);
    if (ConsumerPrivate *to = consumer(id))
        Q_EMIT to->q->settlementLost(queue, deliveryTag);
}

} // namespace Qombu
