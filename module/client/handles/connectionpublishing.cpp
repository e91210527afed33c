// SPDX-License-Identifier: BSD-3-Clause
// The part of ConnectionPrivate that Producers use.
#include "client/handles/connection_p.h"
#include "client/engine/engine.h"
#include "client/handles/producer_p.h"
#include "core/logging_p.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {
namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Producer)
};

Message messageOf(const PublishRequest &request)
{
    MessageData data;
    data.content = request.content;
    data.rawBody = request.content.body;
    data.body = request.body;
    return MessageBuilder::make(std::move(data));
}

} // namespace

void ConnectionPrivate::add(quint64 id, ProducerPrivate *producer)
{
    m_producers.emplace(id, producer);
}

void ConnectionPrivate::removeProducer(quint64 id)
{
    m_producers.erase(id);
}

void ConnectionPrivate::wish(const Exchange &exchange)
{
    const auto known = m_wishedExchanges.constFind(exchange.name());
    if (known != m_wishedExchanges.constEnd() && *known == exchange)
        return;
    m_wishedExchanges.insert(exchange.name(), exchange);
    send(EngineCall([exchange](Engine &engine) { engine.publisher().wish(exchange); }));
}

void ConnectionPrivate::wish(const Queue &queue)
{
    const auto known = m_wishedQueues.constFind(queue.name());
    if (known != m_wishedQueues.constEnd() && *known == queue)
        return;
    m_wishedQueues.insert(queue.name(), queue);
    send(EngineCall([queue](Engine &engine) { engine.publisher().wish(queue); }));
}

Pending<void> ConnectionPrivate::publish(std::unique_ptr<PublishRequest> request)
{
    if (m_isClosing || m_isShuttingDown)
        return failPublishLater(
            std::move(request),
            Error(Error::Cancelled, Text::tr("The connection is being closed.")));
    const qint64 bytes = request->content.body.size();
    if (bytes > options.maximumMessageBytes) {
        const QString text = Text::tr("The message has %1 bytes; at most %2 are allowed.")
                                 .arg(bytes)
                                 .arg(options.maximumMessageBytes);
        return failPublishLater(std::move(request), Error(Error::LimitExceeded, text));
    }
    // One message alone may be larger than the buffer: it could never be sent otherwise.
    if (m_ledger.size() > 0
        && m_ledger.bytes() + bytes + PublishLedger::Overhead > options.publishBufferBytes) {
        const QString text =
            Text::tr("%1 messages of %2 bytes wait for the broker already; the buffer "
                     "is full.")
                .arg(m_ledger.size())
                .arg(m_ledger.bytes());
        return failPublishLater(std::move(request), Error(Error::LimitExceeded, text));
    }
    const quint64 producer = request->producer;
    request->id = m_ledger.nextId();
    Pending<void> pending = m_ledger.add(producer, bytes + PublishLedger::Overhead);
    const quint64 id = request->id;
    if (!send(std::move(request))) {
        m_ends.push_back({id, connectionGone(), nullptr});
        postWake();
    }
    return pending;
}

// Fails in a later turn, so that the caller can say who looks at the answer.
Pending<void> ConnectionPrivate::failPublishLater(std::unique_ptr<PublishRequest> request,
                                                  const Error &why)
{
    Resolver<void> resolver;
    Pending<void> pending = resolver.pending();
    auto shared = std::make_shared<std::unique_ptr<PublishRequest>>(std::move(request));
    m_inbox.push_back(HandleCall([resolver, why, shared](ConnectionPrivate &connection) {
        PublishLedger::Entry entry;
        entry.producer = (*shared)->producer;
        entry.resolver = resolver;
        connection.endPublish(std::move(entry), why, std::move(*shared));
    }));
    postWake();
    return pending;
}

bool ConnectionPrivate::settlePublish(PublishEnd end)
{
    PublishLedger::Entry entry = m_ledger.take(end.id);
    if (!entry.resolver)
        return true;
    const bool isLast = m_ledger.size() == 0;
    if (!end.error.isError() && !entry.resolver->isWatched()) {
        entry.resolver->settle({}); // nobody hears it
    } else {
        --m_budget;
        if (!endPublish(std::move(entry), end.error, std::move(end.request)))
            return false;
    }
    if (isLast && m_ledger.size() == 0 && !m_isShuttingDown) {
        const QPointer<Connection> guard(q);
        --m_budget;
        Q_EMIT q->bufferDrained();
        return !guard.isNull();
    }
    return true;
}

bool ConnectionPrivate::endPublish(PublishLedger::Entry entry, const Error &why,
                                   std::unique_ptr<PublishRequest> request)
{
    const QPointer<Connection> guard(q);
    const bool isWatched = entry.resolver->isWatched();
    entry.resolver->settle(why.isError() ? Result<void>(why) : Result<void>());
    if (!guard)
        return false;
    if (!why.isError() || isWatched || m_isShuttingDown)
        return true;
    const auto found = m_producers.find(entry.producer);
    if (found == m_producers.end()) {
        qCWarning(lcClient).noquote()
            << Text::tr("A message was not published, and its Producer is gone:") << why.text();
        return true;
    }
    Q_EMIT found->second->q->publishFailed(request ? messageOf(*request) : Message(), why);
    return !guard.isNull();
}

} // namespace Qombu
