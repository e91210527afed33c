// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/browsing/amqpbrowser.h"

#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

AmqpBrowser::AmqpBrowser(std::shared_ptr<AmqpPlace> place, const AmqpLinkSettings &settings)
    : m_place(std::move(place))
    , m_settings(settings)
{
}

AmqpBrowser::~AmqpBrowser() = default;

void AmqpBrowser::inventory(const InventoryQuery &, Done<Inventory> done)
{
    done(Error(Error::Unsupported,
               Text::tr("AMQP cannot list queues and exchanges: that needs the broker's management "
                        "API, which is not in this version yet. Ask for a queue by its name")));
}

void AmqpBrowser::unacked(int, Done<std::vector<Unacked>> done)
{
    done(Error(Error::Unsupported,
               Text::tr("AMQP cannot list the messages that consumers hold: that needs the "
                        "broker's management API, which is not in this version yet")));
}

void AmqpBrowser::consumers(const QString &, Done<QList<ConsumerRow>> done)
{
    done(Error(Error::Unsupported,
               Text::tr("AMQP tells how many consumers a queue has, not which: that needs the "
                        "broker's management API, which is not in this version yet")));
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
                     .arg(queue)
                     .arg(*seen));
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

// The answer may end the link.
void AmqpBrowser::look(const PeekRequest &request, std::function<void(Result<PeekResult> &&)> done)
{
    if (!m_place->socket)
        return done(withoutConnection());
    logIn([this, request, done = std::move(done)] {
        m_peeks.push_back(std::make_unique<Peek>(
            m_place->hub, m_settings, request, [this, done](Peek *peek, auto &&result) {
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
