// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/browsing/peek.h"

#include "transports/amqp/browsing/headfetch.h"
#include "transports/amqp/browsing/streamread.h"
#include "transports/amqp/wire/amqptext.h"

#include <algorithm>

namespace Qombu::Amqp {

Peek::Peek(Hub *hub, const AmqpLinkSettings &settings, const PeekRequest &request,
           const std::optional<QueueFacts> &known, Ended ended)
    : m_hub(hub)
    , m_request(request)
    , m_known(known)
    , m_ended(std::move(ended))
    , m_socket(hub, settings, this)
{
    m_socket.open();
}

Peek::~Peek() = default;

void Peek::socketReady()
{
    m_rules = PeekRules(m_socket.session().serverProperties());
    m_probe = std::make_unique<QueueProbe>(
        &m_socket, m_request.queue,
        [this](Result<QueueFacts> &&facts) { planned(std::move(facts)); });
    m_probe->start(m_rules.isTypeTold() && !m_known);
}

void Peek::planned(Result<QueueFacts> &&facts)
{
    if (!facts) {
        m_result.plan.refusal = facts.error();
        return finish(m_request.limit > 0 ? facts.error() : Error());
    }
    if (m_known) {
        const qint64 waiting = facts->waiting;
        *facts = *m_known;
        facts->waiting = waiting;
    }
    PeekPlan &plan = m_result.plan;
    plan = m_rules.plan(m_request.queue, *facts);
    m_result.mostReturns = m_rules.mostReturns(*facts);
    if (m_request.limit <= 0)
        finish({});
    else if (plan.refusal.isError())
        finish(plan.refusal);
    else if (plan.risk > m_request.accepted)
        finish(Error(Error::LimitExceeded,
                     Text::tr("The queue \"%1\" was not looked at, because that may do more to it "
                              "than was accepted. %2")
                         .arg(m_request.queue, plan.changes.join(u' '))));
    else
        read(*facts);
}

void Peek::read(const QueueFacts &facts)
{
    ReadLimits limits;
    limits.messages = std::min(m_request.limit, m_result.plan.most);
    limits.returns = m_result.mostReturns;
    const auto ended = [this](const Error &error) { finish(error); };
    if (facts.type == QueueFacts::Stream)
        m_reader = std::make_unique<StreamRead>(m_hub, &m_socket, m_request.queue, limits, ended);
    else
        m_reader = std::make_unique<HeadFetch>(&m_socket, m_request.queue, limits, ended);
    m_reader->start();
}

void Peek::finish(const Error &error)
{
    m_error = error;
    m_socket.close();
}

void Peek::socketClosed()
{
    if (m_error.isError())
        return m_ended(this, m_error);
    if (m_reader) {
        m_result.returns = m_reader->returns();
        m_result.messages = m_reader->takeMessages();
    }
    m_ended(this, std::move(m_result));
}

// What had been fetched is not lost with it.
void Peek::socketFailed(const Error &error)
{
    if (m_error.isError())
        return m_ended(this, m_error);
    if (!m_reader || m_reader->held() == 0)
        return m_ended(this, error);
    m_ended(this,
            Error(error.kind(),
                  Text::tr("%1 The look was not over: the broker puts back the messages that it "
                           "had fetched by itself.")
                      .arg(error.text()))
                .withReplyCode(error.replyCode())
                .withRecoverable(error.isRecoverable()));
}

} // namespace Qombu::Amqp
