// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/requestqueue.h"

#include "client/engine/engine.h"
#include "client/engine/incoming.h"
#include "client/engine/lookroom.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {
namespace {

Error cannot(const char *text)
{
    return Error(Error::Unsupported, QCoreApplication::translate("Qombu::Connection", text));
}

// What the handles are told of an answer of the port.
template<typename T>
T shown(T &&value)
{
    return std::forward<T>(value);
}

Message shown(IncomingMessage &&message, LookRoom &room)
{
    const bool isWhole = !message.error.isError();
    const ContentCodec::DecodeLimits limits = room.limits();
    auto [decoded, memory] = decode(std::move(message), {}, limits);
    const Error error = decoded.error();
    if (!isWhole || error.kind() != Error::LimitExceeded) {
        room.take(memory);
        return std::move(decoded);
    }
    room.take(limits.memory); // for the work
    MessageBuilder::data(decoded).error = Error(
        Error::LimitExceeded,
        QCoreApplication::translate("Qombu::Browser",
                                    "%1 All bodies of one look may take %2 bytes of memory when "
                                    "decoded: look at fewer messages, or consume them.")
            .arg(error.text(), QString::number(LookRoom::Most)));
    return std::move(decoded);
}

QList<Message> shown(std::vector<IncomingMessage> &&fetched)
{
    QList<Message> messages;
    LookRoom room(fetched.size());
    for (IncomingMessage &message : fetched)
        messages.append(shown(std::move(message), room));
    return messages;
}

QList<UnackedRow> shown(std::vector<LinkBrowser::Unacked> &&fetched)
{
    QList<UnackedRow> rows;
    LookRoom room(fetched.size());
    for (LinkBrowser::Unacked &row : fetched) {
        IncomingMessage message;
        message.queue = std::move(row.queue);
        message.content = std::move(row.content);
        message.error = std::move(row.error);
        rows.append({row.tag, row.deliveredAt, row.returnsAt, shown(std::move(message), room),
                     row.holder, row.holderState});
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

void RequestQueue::add(Order::Request &&request)
{
    const quint64 ticket = request.ticket;
    const auto timeout = m_engine.options().requestTimeout;
    Request entry;
    entry.fetches = std::holds_alternative<Ask::Get>(request.question);
    if (std::holds_alternative<Ask::Change>(request.question))
        entry.hold = m_engine.hold();
    entry.deadline = m_engine.hub()->callLater(timeout, [this, ticket, timeout] {
        end(ticket, requestTimedOut(timeout, m_engine.lastError()));
    });
    if (!m_hasLink)
        entry.question = std::move(request.question);
    m_requests.emplace(ticket, std::move(entry));
    if (m_hasLink)
        send(ticket, request.question);
}

void RequestQueue::linkReady()
{
    m_hasLink = true;
    std::vector<std::pair<quint64, Ask::Question>> waiting;
    for (auto &[ticket, request] : m_requests) {
        if (request.question)
            waiting.emplace_back(ticket, *std::exchange(request.question, std::nullopt));
    }
    for (const auto &[ticket, question] : waiting) {
        if (m_hasLink) // not lost again meanwhile
            send(ticket, question);
    }
}

void RequestQueue::linkLost(const Error &error)
{
    m_hasLink = false;
    m_fetching.reset();
    failIf([](const Request &request) { return !request.question; }, error);
}

void RequestQueue::failAll(const Error &error)
{
    failIf([](const Request &) { return true; }, error);
}

void RequestQueue::channelClosed(const Error &why)
{
    m_fetching.reset();
    if (!m_engine.holdsOutlive())
        m_deadUpTo = m_engine.numbers().last();
    failIf([](const Request &request) { return request.fetches && !request.question; }, why);
}

template<typename Condition>
void RequestQueue::failIf(const Condition &condition, const Error &error)
{
    std::vector<quint64> failing;
    for (const auto &[ticket, request] : m_requests) {
        if (condition(request))
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

// Takes the answer to one question, of whatever type it is.
class RequestQueue::Answering
{
public:
    Answering(RequestQueue &queue, quint64 ticket)
        : m_queue(&queue)
        , m_ticket(ticket)
    {
    }

    void operator()(Result<void> &&answer) const { m_queue->end(m_ticket, answer.error()); }
    void operator()(Result<std::optional<IncomingMessage>> &&answer) const
    {
        m_queue->fetched(m_ticket, std::move(answer));
    }
    template<typename T>
    void operator()(Result<T> &&answer) const
    {
        if (answer.isOk())
            m_queue->end(m_ticket, shown(std::move(*answer)));
        else
            m_queue->end(m_ticket, answer.error());
    }

private:
    RequestQueue *m_queue;
    quint64 m_ticket;
};

// Asks the part of the engine or of the link that knows the answer.
struct RequestQueue::Asking
{
    RequestQueue &queue;
    Link &link;
    Topology &topology;
    LinkBrowser *const browser; // there is one for what looks
    LinkRecovery *const recovery; // there is one for what recovers
    LinkDefinitions *const definitions; // there is one for what defines
    const Answering done;

    template<typename... Questions>
    void operator()(const std::variant<Questions...> &questions) const
    {
        std::visit(*this, questions);
    }
    void operator()(const Ask::WhenOpen &) const { done(Result<void>()); }
    void operator()(const Ask::UpdateSecret &ask) const { link.updateSecret(ask.secret, done); }
    template<typename Entity>
    void operator()(const Ask::Declare<Entity> &ask) const
    {
        topology.changes().declare(ask.entity, done);
    }
    template<typename Entity>
    void operator()(const Ask::Remove<Entity> &ask) const
    {
        topology.changes().remove(ask.entity, ask.options, done);
    }
    void operator()(const Ask::Bind &ask) const { topology.changes().bind(ask.binding, done); }
    void operator()(const Ask::Unbind &ask) const { topology.changes().unbind(ask.binding, done); }
    void operator()(const Ask::Inspect &ask) const { topology.channel().inspect(ask.queue, done); }
    void operator()(const Ask::Purge &ask) const { topology.channel().purge(ask.queue, done); }
    // Always with acknowledgement: what nobody can receive any more goes back.
    void operator()(const Ask::Get &ask) const { queue.fetching().get(ask.queue, false, done); }
    void operator()(const Ask::TakeInventory &ask) const { browser->inventory(ask.query, done); }
    void operator()(const Ask::PlanPeek &ask) const { browser->planPeek(ask.queue, done); }
    void operator()(const Ask::Peek &ask) const { browser->peek(ask.request, done); }
    void operator()(const Ask::Unacked &ask) const { browser->unacked(ask.limit, done); }
    void operator()(const Ask::Quarantine &ask) const
    {
        browser->quarantine(ask.queue, ask.limit, done);
    }
    void operator()(const Ask::Consumers &ask) const { browser->consumers(ask.queue, done); }
    void operator()(const Ask::OneQueue &ask) const { browser->queue(ask.name, done); }
    void operator()(const Ask::Bindings &ask) const { browser->bindings(ask.query, done); }
    void operator()(const Ask::Overview &) const { browser->overview(done); }
    void operator()(const Ask::Connections &ask) const { browser->connections(ask.query, done); }
    void operator()(const Ask::Channels &ask) const { browser->channels(ask.query, done); }
    void operator()(const Ask::AllConsumers &ask) const { browser->allConsumers(ask.query, done); }
    void operator()(const Ask::Policies &) const { browser->policies(done); }
    void operator()(const Ask::CallersPermissions &) const { browser->permissions(done); }
    void operator()(const Ask::ExportDefinitions &) const { definitions->exportAll(done); }
    void operator()(const Ask::ImportDefinitions &ask) const
    {
        definitions->importAll(ask.json, done);
    }
    void operator()(const Ask::RequeueQuarantined &ask) const
    {
        recovery->requeueQuarantined(ask.queue, ask.name, done);
    }
    void operator()(const Ask::DropQuarantined &ask) const
    {
        recovery->dropQuarantined(ask.queue, ask.name, done);
    }
    void operator()(const Ask::ReturnUnacked &ask) const
    {
        recovery->returnUnacked(ask.tag, ask.isForced, done);
    }
    void operator()(const Ask::ReturnHeldBy &ask) const
    {
        recovery->returnHeldBy(ask.holder, ask.isForced, done);
    }
};

void RequestQueue::send(quint64 ticket, const Ask::Question &question)
{
    Link &link = *m_engine.link();
    const Asking asking{*this,
                        link,
                        m_engine.topology(),
                        link.browser(),
                        link.recovery(),
                        link.definitions(),
                        Answering(*this, ticket)};
    if (!asking.browser && std::holds_alternative<Ask::Look>(question)) {
        end(ticket,
            cannot(QT_TRANSLATE_NOOP("Qombu::Connection",
                                     "This kind of broker cannot be looked at.")));
    } else if (!asking.recovery && std::holds_alternative<Ask::Recover>(question)) {
        end(ticket,
            cannot(
                QT_TRANSLATE_NOOP("Qombu::Connection",
                                  "This kind of broker has nothing that could be brought back.")));
    } else if (!asking.definitions && std::holds_alternative<Ask::Define>(question)) {
        end(ticket,
            cannot(QT_TRANSLATE_NOOP(
                "Qombu::Connection",
                "What is declared at this kind of broker can be neither exported nor imported.")));
    } else {
        std::visit(asking, question);
    }
}

DeliverChannel &RequestQueue::fetching()
{
    if (!m_fetching)
        m_fetching = m_engine.link()->openDeliver(this);
    return *m_fetching;
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
            m_engine.giveBack({delivery}); // it has timed out
    }
}

} // namespace Qombu
