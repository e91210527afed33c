// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/browsing/amqpbrowser.h"

#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

AmqpBrowser::AmqpBrowser(std::shared_ptr<AmqpPlace> place, const AmqpLinkSettings &settings,
                         ManagementApi *api)
    : m_place(std::move(place))
    , m_settings(settings)
    , m_management(api)
    , m_whole(api, settings.session.virtualHost,
              settings.management.isOwnUser ? settings.session.user : QString())
    , m_clients(api)
{
}

AmqpBrowser::~AmqpBrowser() = default;

void AmqpBrowser::inventory(const InventoryQuery &query, Done<Inventory> done)
{
    m_management.inventory(query, std::move(done));
}

void AmqpBrowser::unacked(int, Done<std::vector<Unacked>> done)
{
    done(Error(Error::Unsupported,
               Text::tr("No broker of AMQP shows the messages that consumers hold; RabbitMQ's "
                        "management API tells how many each channel holds")));
}

void AmqpBrowser::consumers(const QString &queue, Done<QList<ConsumerRow>> done)
{
    m_management.consumers(queue, std::move(done));
}

void AmqpBrowser::bindings(const BindingQuery &query, Done<RowPage<BindingRow>> done)
{
    m_management.bindings(query, std::move(done));
}

void AmqpBrowser::connections(const RowQuery &query, Done<RowPage<ConnectionRow>> done)
{
    m_clients.connections(query, std::move(done));
}

void AmqpBrowser::channels(const ChannelQuery &query, Done<RowPage<ChannelRow>> done)
{
    m_clients.channels(query, std::move(done));
}

void AmqpBrowser::allConsumers(const RowQuery &query, Done<RowPage<ConsumerRow>> done)
{
    m_clients.consumers(query, std::move(done));
}

void AmqpBrowser::queue(const QString &name, Done<QueueRow> done)
{
    m_management.queue(name, [this, name, done = std::move(done)](Result<QueueRow> &&told) {
        const bool isComplete = told && told->ready >= 0 && told->consumers >= 0;
        if (isComplete || told.error().kind() == Error::NotFound)
            done(std::move(told));
        else
            completeQueue(told, name, done);
    });
}

// AMQP knows what waits in a queue and how many consume, whatever is known of the rest.
void AmqpBrowser::completeQueue(const Result<QueueRow> &told, const QString &name,
                                Done<QueueRow> done)
{
    if (!m_place->probe)
        return done(withoutConnection());
    QueueRow row;
    row.name = name;
    row.unacked = -1;
    if (told)
        row = *told;
    m_place->probe->inspect(name, [row, done = std::move(done)](Result<QueueInfo> &&info) mutable {
        if (!info)
            return done(info.error());
        row.ready = info->messageCount;
        row.consumers = info->consumerCount;
        done(std::move(row));
    });
}

// What an earlier look has seen.
Error AmqpBrowser::refusal(const QString &queue) const
{
    const auto seen = m_returns.constFind(queue);
    if (seen == m_returns.cend())
        return {};
    return Error(Error::LimitExceeded,
                 Text::tr("A message of the queue \"%1\" was returned %2 times, and every look "
                          "returns it again: the broker would soon drop or dead-letter it")
                     .arg(queue, QString::number(*seen)));
}

void AmqpBrowser::planPeek(const QString &queue, Done<PeekPlan> done)
{
    PeekRequest request;
    request.queue = queue;
    request.limit = 0;
    look(request, [this, queue, done = std::move(done)](Result<PeekResult> &&result) {
        if (!result)
            return done(result.error());
        PeekPlan plan = std::move(result->plan);
        if (!plan.refusal.isError())
            plan.refusal = refusal(queue);
        done(std::move(plan));
    });
}

void AmqpBrowser::peek(const PeekRequest &request, Done<std::vector<IncomingMessage>> done)
{
    if (request.from == QueueEnd::Tail)
        return done(Error(Error::Unsupported,
                          Text::tr("AMQP shows only the head of a queue, not its tail")));
    if (request.limit <= 0)
        return done(std::vector<IncomingMessage>());
    if (const Error error = refusal(request.queue); error.isError())
        return done(error);
    const QString queue = request.queue;
    look(request, [this, queue, done = std::move(done)](Result<PeekResult> &&result) {
        // There is nothing in a queue that is not there.
        if (result.error().kind() == Error::NotFound)
            return done(std::vector<IncomingMessage>());
        if (!result)
            return done(result.error());
        if (result->mostReturns > 0 && result->returns >= result->mostReturns) {
            m_returns[queue] = result->returns;
            return done(refusal(queue));
        }
        done(std::move(result->messages));
    });
}

void AmqpBrowser::look(const PeekRequest &request, Looked done)
{
    m_management.facts(request.queue,
                       [this, request, done = std::move(done)](
                           const std::optional<QueueFacts> &known) { look(request, known, done); });
}

// The answer may end the link.
void AmqpBrowser::look(const PeekRequest &request, const std::optional<QueueFacts> &known,
                       Looked done)
{
    if (!m_place->socket)
        return done(withoutConnection());
    logIn([this, request, known, done = std::move(done)] {
        m_peeks.push_back(std::make_unique<Peek>(
            m_place->hub, m_settings, request, known, [this, done](Peek *peek, auto &&result) {
                const auto answer = done;
                auto answered = std::move(result);
                std::erase_if(m_peeks, [peek](const auto &one) { return one.get() == peek; });
                answer(std::move(answered));
            }));
    });
}

// The token that the link had may have run out since.
void AmqpBrowser::logIn(std::function<void()> then)
{
    if (!m_settings.askCredentials)
        return then();
    m_settings.askCredentials(
        [this, alive = std::weak_ptr(m_alive), then = std::move(then)](const Credentials &now) {
            if (alive.expired())
                return;
            if (!now.userName.isNull())
                m_settings.session.user = now.userName;
            if (!now.password.isNull())
                m_settings.session.password = now.password;
            then();
        });
}

} // namespace Qombu::Amqp
