// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/scriptedlink.h"

#include "client/scripted/scriptedchannels.h"

namespace Qombu {

ScriptedLink::ScriptedLink(const LinkSetup &setup)
    : m_setup(setup)
{
    broker().link = this;
    broker().hub = setup.hub;
    broker().numbers = setup.numbers;
}

ScriptedLink::~ScriptedLink()
{
    if (broker().link != this)
        return;
    broker().link = nullptr;
    lose();
}

void ScriptedLink::open()
{
    ScriptedBroker &to = broker();
    to.log.append(QStringLiteral("open ") + m_setup.url.host());
    to.logIns.append(m_setup.url.userName() + u':' + m_setup.url.password());
    Error outcome = to.everyAttempt;
    if (!to.attempts.empty()) {
        outcome = to.attempts.front();
        to.attempts.pop_front();
    }
    if (outcome.isError()) {
        m_setup.listener->linkFailed(outcome);
        return;
    }
    m_setup.listener->linkOpened({{QStringLiteral("product"), QStringLiteral("script")}});
    for (const quint64 delivery : std::exchange(to.missing, {})) {
        if (to.held.erase(delivery) > 0)
            to.tooLate(delivery);
    }
}

void ScriptedLink::close()
{
    broker().log.append(QStringLiteral("close"));
    for (const auto &[delivery, what] : std::exchange(broker().held, {}))
        broker().returned.push_back(delivery);
    if (broker().answersClose)
        m_setup.listener->linkClosed();
}

std::unique_ptr<TopologyChannel> ScriptedLink::openTopology()
{
    return std::make_unique<ScriptedTopology>();
}

std::unique_ptr<DeliverChannel> ScriptedLink::openDeliver(DeliveryListener *to)
{
    return std::make_unique<ScriptedDeliveries>(to);
}

std::unique_ptr<PublishChannel> ScriptedLink::openPublish(PublishListener *to)
{
    return std::make_unique<ScriptedPublishes>(to);
}

void ScriptedLink::settle(std::vector<SettleRequest> &&requests)
{
    if (broker().swallowsSettlements) {
        broker().swallowed += qint64(requests.size());
        for (const SettleRequest &request : requests)
            broker().held.erase(request.delivery); // it waits for its answer
        return;
    }
    for (const SettleRequest &request : requests) {
        if (broker().held.erase(request.delivery) > 0)
            broker().settled.push_back(request);
    }
}

void ScriptedLink::giveBack(std::vector<quint64> &&deliveries)
{
    for (const quint64 delivery : deliveries) {
        if (broker().held.erase(delivery) > 0)
            broker().givenBack.push_back(delivery);
    }
}

void ScriptedLink::putBack(std::vector<IncomingMessage> &&messages)
{
    for (const IncomingMessage &message : messages)
        broker().putBack.append(message.content->body);
}

Capabilities ScriptedLink::capabilities() const
{
    return broker().capabilities;
}

void ScriptedLink::lose()
{
    if (!broker().capabilities.testFlag(Capability::HeldOutlivesLink))
        broker().held.clear();
}

} // namespace Qombu
