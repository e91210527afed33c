// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/browsing/amqpbrowser.h"

#include "transports/amqp/wire/amqptext.h"

#include <algorithm>

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

PeekRules AmqpBrowser::rules() const
{
    return PeekRules(m_place->socket ? m_place->socket->session().serverProperties()
                                     : QVariantMap());
}

// What an earlier look has seen.
Error AmqpBrowser::refusal(const QString &queue) const
{
    const int most = rules().mostReturns();
    const int seen = m_returns.value(queue);
    if (most == 0 || seen < most)
        return {};
    return Error(Error::LimitExceeded,
                 Text::tr("A message of the queue \"%1\" was returned %2 times, and every look "
                          "returns it again: the broker would soon drop or dead-letter it")
                     .arg(queue)
                     .arg(seen));
}

void AmqpBrowser::planPeek(const QString &queue, Done<PeekPlan> done)
{
    if (!m_place->probe)
        return done(withoutConnection());
    m_place->probe->inspect(queue,
                            [this, queue, done = std::move(done)](const Result<QueueInfo> &info) {
                                PeekPlan plan;
                                plan.changes = rules().changes();
                                plan.refusal = info.isOk() ? refusal(queue) : info.error();
                                done(plan);
                            });
}

void AmqpBrowser::peek(const QString &queue, int limit, QueueEnd from,
                       Done<std::vector<IncomingMessage>> done)
{
    if (from == QueueEnd::Tail)
        return done(Error(Error::Unsupported,
                          Text::tr("AMQP shows only the head of a queue, not its tail")));
    if (limit <= 0)
        return done(std::vector<IncomingMessage>());
    if (const Error error = refusal(queue); error.isError())
        return done(error);
    PeekRequest request;
    request.queue = queue;
    request.limit = limit;
    request.mostReturns = rules().mostReturns();
    m_peeks.push_back(std::make_unique<Peek>(
        m_place->hub, m_settings, request,
        [this, queue, done = std::move(done)](Peek *peek, Result<PeekResult> &&result) {
            ended(peek, queue, std::move(result), done);
        }));
}

// There is nothing in a queue that is not there. The answer may end the link.
void AmqpBrowser::ended(Peek *peek, QString queue, Result<PeekResult> &&result,
                        Done<std::vector<IncomingMessage>> done)
{
    const Error error = result.error();
    PeekResult seen = result.isOk() ? std::move(*result) : PeekResult();
    if (const int most = rules().mostReturns(); most > 0 && seen.returns > 0)
        m_returns[queue] = std::max(m_returns.value(queue), seen.returns);
    std::erase_if(m_peeks, [peek](const auto &one) { return one.get() == peek; });
    if (error.isError() && error.kind() != Error::NotFound)
        return done(error);
    if (const Error near = refusal(queue); near.isError())
        return done(near);
    done(std::move(seen.messages));
}

} // namespace Qombu::Amqp
