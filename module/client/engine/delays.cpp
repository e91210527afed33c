// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/delays.h"

#include "client/engine/engine.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {
namespace {

struct DelaysText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Producer)
};

Error noDelays()
{
    return Error(
        Error::Unsupported,
        DelaysText::tr("This broker keeps no message back. Publish it when it is due, by a "
                       "timer, or let its receiver wait, as Celery's workers do for the "
                       "header \"eta\"."));
}

QString destinationOf(const PublishRequest &request)
{
    const Exchange &to = request.delay->to;
    return to.isDefault() ? QLatin1Char('q') + request.content->routingKey
                          : QLatin1Char('e') + to.name();
}

} // namespace

DelayedDelivery *Delays::delivery() const
{
    return m_engine.link() ? m_engine.link()->delayedDelivery() : nullptr;
}

void Delays::linkUp()
{
    m_isDeclared = false;
    m_ways.clear();
}

Error Delays::prepare(const PublishRequest &request)
{
    const DelayedDelivery *const by = delivery();
    if (!by)
        return noDelays();
    if (request.queue != 0)
        return Error(Error::Unsupported,
                     DelaysText::tr("A queue without a name may have another when the message is "
                                    "due: give it a name to publish to it with a delay."));
    const Postponement &delay = *request.delay;
    if (const Error refusal = by->refusalOf(*request.content, delay.to, delay.delay);
        refusal.isError())
        return refusal;
    declareCommon();
    const Binding way = by->wayTo(delay.to, request.content->routingKey);
    m_ways.insert(destinationOf(request), m_engine.topology().wantAlone(way));
    return {};
}

void Delays::declareCommon()
{
    if (std::exchange(m_isDeclared, true))
        return;
    m_common.clear();
    for (const DelayedDelivery::Entity &entity : delivery()->common())
        m_common += m_engine.topology().wantAlone(entity);
    m_awaited = m_common;
}

QString Delays::wayOf(const PublishRequest &request) const
{
    return m_ways.value(destinationOf(request));
}

bool Delays::isAwaited(const PublishRequest &request)
{
    Topology &topology = m_engine.topology();
    while (!m_awaited.isEmpty() && !topology.isAwaited(m_awaited.constLast()))
        m_awaited.removeLast();
    return !m_awaited.isEmpty() || topology.isAwaited(wayOf(request));
}

Error Delays::refusalOf(const PublishRequest &request) const
{
    const Topology &topology = m_engine.topology();
    for (const QString &id : m_common) {
        if (const Error error = topology.refusalOf(id); error.isError())
            return error;
    }
    return topology.refusalOf(wayOf(request));
}

std::shared_ptr<const MessageContent> Delays::postponed(const PublishRequest &request) const
{
    const DelayedDelivery *const by = delivery();
    if (!by)
        return nullptr;
    auto content = std::make_shared<MessageContent>(*request.content);
    by->postpone(*content, request.delay->to, request.delay->delay);
    return content;
}

} // namespace Qombu
