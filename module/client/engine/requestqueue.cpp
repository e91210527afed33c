// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/requestqueue.h"

#include "client/engine/engine.h"
#include "client/engine/incoming.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {
namespace {

bool changesTopology(const Ask::Question &question)
{
    return std::holds_alternative<Ask::DeclareExchange>(question)
        || std::holds_alternative<Ask::DeclareQueue>(question)
        || std::holds_alternative<Ask::Bind>(question)
        || std::holds_alternative<Ask::Unbind>(question)
        || std::holds_alternative<Ask::RemoveQueue>(question)
        || std::holds_alternative<Ask::RemoveExchange>(question);
}

Result<QList<Message>> shown(Result<std::vector<IncomingMessage>> &&fetched)
{
    if (!fetched.isOk())
        return fetched.error();
    QList<Message> messages;
    for (IncomingMessage &message : *fetched)
        messages.append(decode(std::move(message)).message);
    return messages;
}

Result<QList<UnackedRow>> shown(Result<std::vector<LinkBrowser::Unacked>> &&fetched)
{
    if (!fetched.isOk())
        return fetched.error();
    QList<UnackedRow> rows;
    for (LinkBrowser::Unacked &row : *fetched) {
        IncomingMessage message;
        message.queue = std::move(row.queue);
        message.content = std::move(row.content);
        message.error = std::move(row.error);
        rows.append({row.tag, row.deliveredAt, row.returnsAt, decode(std::move(message)).message});
    }
    return rows;
}

} // namespace

Error requestTimedOut(std::chrono::milliseconds timeout, const Error &lastError)
{
    const QString text =
        QCoreApplication::translate("Qombu::Connection", "The broker did not answer within %1 ms.")
            .arg(timeout.count());
    return Error(Error::Timeout,
                 lastError.isError() ? QString(text % QLatin1Char(' ') % lastError.text()) : text)
        .withRecoverable(true);
}

RequestQueue::RequestQueue(Engine &engine)
    : m_engine(engine)
{
}

RequestQueue::~RequestQueue() = default;

void RequestQueue::add(Order::Request &&request)
{
    const quint64 ticket = request.ticket;
    const auto timeout = m_engine.options().requestTimeout;
    Request entry;
    if (changesTopology(request.question))
        entry.hold = m_engine.hold();
    entry.deadline = m_engine.hub()->callLater(timeout, [this, ticket, timeout] {
        end(ticket, requestTimedOut(timeout, m_engine.lastError()));
    });
    if (!m_hasLink)
        entry.question = std::move(request.question);
    m_requests.emplace(ticket, std::move(entry));
    if (m_hasLink)
        send(ticket, std::move(request.question));
}

void RequestQueue::linkReady()
{
    m_hasLink = true;
    std::vector<std::pair<quint64, Ask::Question>> waiting;
    for (auto &[ticket, request] : m_requests) {
        if (request.question)
            waiting.emplace_back(ticket, *std::exchange(request.question, std::nullopt));
    }
    for (auto &[ticket, question] : waiting)
        send(ticket, std::move(question));
}

void RequestQueue::linkLost(const Error &error)
{
    m_hasLink = false;
    fail(error, true);
}

void RequestQueue::failAll(const Error &error)
{
    fail(error, false);
}

void RequestQueue::fail(const Error &error, bool onlySent)
{
    std::vector<quint64> failing;
    for (const auto &[ticket, request] : m_requests) {
        if (!onlySent || !request.question)
            failing.push_back(ticket);
    }
    for (const quint64 ticket : failing)
        end(ticket, error);
}

void RequestQueue::end(quint64 ticket, News::Answer::Value &&value)
{
    if (m_requests.erase(ticket) > 0)
        m_engine.tell(News::Answer{ticket, std::move(value)});
}

template<typename T>
Done<T> RequestQueue::answer(quint64 ticket)
{
    return [this, ticket](Result<T> result) {
        if constexpr (std::is_void_v<T>)
            end(ticket, result.error());
        else if (result.isOk())
            end(ticket, std::move(*result));
        else
            end(ticket, result.error());
    };
}

class RequestQueue::Sender
{
public:
    Sender(RequestQueue &queue, quint64 ticket)
        : m_queue(queue)
        , m_ticket(ticket)
    {
    }

    void operator()(Ask::WhenOpen &&) { m_queue.end(m_ticket, Error()); }
    void operator()(Ask::DeclareExchange &&ask) { topology().declare(ask.exchange, done<void>()); }
    void operator()(Ask::DeclareQueue &&ask) { topology().declare(ask.queue, done<QueueInfo>()); }
    void operator()(Ask::Bind &&ask) { topology().bind(ask.binding, done<void>()); }
    void operator()(Ask::Unbind &&ask) { topology().unbind(ask.binding, done<void>()); }
    void operator()(Ask::Inspect &&ask)
    {
        topology().channel().inspect(ask.queue, done<QueueInfo>());
    }
    void operator()(Ask::Purge &&ask) { topology().channel().purge(ask.queue, done<qint64>()); }
    void operator()(Ask::RemoveQueue &&ask)
    {
        topology().remove(ask.queue, ask.options, done<qint64>());
    }
    void operator()(Ask::RemoveExchange &&ask)
    {
        topology().remove(ask.exchange, ask.options, done<void>());
    }
    void operator()(Ask::Get &&ask)
    {
        m_queue.m_engine.getter().get(ask.queue,
                                      [&queue = m_queue, ticket = m_ticket](auto result) {
                                          queue.fetched(ticket, std::move(result));
                                      });
    }
    void operator()(Ask::Look &&ask)
    {
        if (LinkBrowser *asked = browser())
            asked->inventory(ask.query, done<Inventory>());
    }
    void operator()(Ask::PlanPeek &&ask)
    {
        if (LinkBrowser *asked = browser())
            asked->planPeek(ask.queue, done<PeekPlan>());
    }
    void operator()(Ask::Peek &&ask)
    {
        if (LinkBrowser *asked = browser())
            asked->peek(
                ask.queue, ask.limit, ask.from,
                [done = done<QList<Message>>()](auto result) { done(shown(std::move(result))); });
    }
    void operator()(Ask::Unacked &&ask)
    {
        if (LinkBrowser *asked = browser())
            asked->unacked(ask.limit, [done = done<QList<UnackedRow>>()](auto result) {
                done(shown(std::move(result)));
            });
    }
    void operator()(Ask::Consumers &&ask)
    {
        if (LinkBrowser *asked = browser())
            asked->consumers(ask.queue, done<QList<ConsumerRow>>());
    }

private:
    Topology &topology() { return m_queue.m_engine.topology(); }
    template<typename T>
    Done<T> done()
    {
        return m_queue.answer<T>(m_ticket);
    }
    // Null: it was answered that there is none.
    LinkBrowser *browser()
    {
        LinkBrowser *const found = m_queue.m_engine.link()->browser();
        if (!found) {
            m_queue.end(
                m_ticket,
                Error(Error::Unsupported,
                      QCoreApplication::translate("Qombu::Connection",
                                                  "This kind of broker cannot be looked at.")));
        }
        return found;
    }

    RequestQueue &m_queue;
    const quint64 m_ticket;
};

void RequestQueue::send(quint64 ticket, Ask::Question &&question)
{
    std::visit(Sender(*this, ticket), std::move(question));
}

void RequestQueue::fetched(quint64 ticket, Result<std::optional<IncomingMessage>> &&result)
{
    if (!result.isOk()) {
        end(ticket, result.error());
    } else if (!result->has_value()) {
        end(ticket, std::optional<FetchedMessage>());
    } else {
        const quint64 delivery = (*result)->delivery;
        if (m_requests.contains(ticket))
            end(ticket, FetchedMessage{delivery, 0, 0, decode(std::move(**result)).message});
        else
            m_engine.link()->giveBack({delivery}); // it has timed out
    }
}

} // namespace Qombu
