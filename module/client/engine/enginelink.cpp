// SPDX-License-Identifier: BSD-3-Clause
// The part of Engine that makes, loses and closes links.
#include "client/handles/connection_p.h"
#include "client/engine/engine.h"
#include "core/logging_p.h"
#include "port/transportregistry.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {
namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Connection)
};

Error closedError()
{
    return Error(Error::Cancelled, Text::tr("The connection was closed."));
}

} // namespace

Link *Engine::link()
{
    return m_isReady ? &**m_link : nullptr;
}

void Engine::open()
{
    if (m_isClosing) {
        m_opensAgain = !m_isShutDown;
        return;
    }
    follow(m_supervisor.open());
}

// Something waits for the broker.
void Engine::needLink()
{
    if (m_supervisor.state() == Connection::Closed && !m_isShutDown)
        open();
}

void Engine::whenOpen(Done<void> answer)
{
    m_requests.add<void>(
        0, [](Done<void> done) { done(Result<void>()); }, std::move(answer));
    open();
}

void Engine::follow(const Supervisor::Step &step)
{
    switch (step.kind) {
    case Supervisor::Step::Nothing:
        return;
    case Supervisor::Step::Connect:
        reportState();
        connectTo(step.alternate);
        return;
    case Supervisor::Step::Wait: {
        const QString url = m_urls.value(step.alternate).toString();
        report([url, delay = step.delay,
                attempt = m_supervisor.attempt()](ConnectionPrivate &connection) {
            connection.reconnecting(attempt, delay, url);
        });
        reportState();
        m_linkTimer = m_hub->callLater(step.delay, [this] { follow(m_supervisor.waited()); });
        return;
    }
    case Supervisor::Step::GiveUp:
        giveUp(m_supervisor.lastError());
        return;
    }
}

Result<Transport *> Engine::transportFor(const BrokerUrl &url)
{
    if (!url.isValid())
        return url.error();
    const Result<TransportInfo> info = TransportRegistry::find(url.scheme());
    if (!info.isOk())
        return info.error();
    auto &transport = m_transports[info->name];
    if (!transport)
        transport = info->create();
    if (const Error wrong = transport->check(url, m_options); wrong.isError())
        return wrong;
    return transport.get();
}

void Engine::connectTo(int alternate)
{
    const BrokerUrl url = m_urls.value(alternate);
    const Result<Transport *> transport = transportFor(url);
    if (!transport.isOk()) {
        attemptFailed(transport.error());
        return;
    }
    m_link = std::make_unique<LinkPort>(this);
    m_link->setLink((*transport)->createLink(m_hub, url, m_options, m_link.get()));
    (*m_link)->open();
}

void Engine::linkOpened(const QVariantMap &serverProperties)
{
    m_supervisor.linkOpened(m_hub->now());
    report([serverProperties](ConnectionPrivate &connection) {
        connection.serverPropertiesChanged(serverProperties);
    });
    reportState();
    rebuildTopology();
}

void Engine::rebuildTopology()
{
    const auto timeout = m_options.requestTimeout;
    m_linkTimer =
        m_hub->callLater(timeout, [this, timeout] { linkFailed(requestTimedOut(timeout, {})); });
    m_rebuild = std::make_unique<TopologyRebuild>(*this, m_topology);
    m_rebuild->start(**m_link, [this] { startConsumers(); });
}

// Consumers before publishes: each holds the publishes back until its first attempt has ended.
void Engine::startConsumers()
{
    m_linkTimer.cancel();
    m_isReady = true;
    const quint64 generation = m_supervisor.generation();
    std::vector<quint64> ids;
    for (const auto &[id, consumer] : m_consumers)
        ids.push_back(id);
    std::sort(ids.begin(), ids.end()); // in the order they were started
    for (const quint64 id : ids) {
        if (EngineConsumer *next = consumer(id))
            next->linkReady();
        if (!m_isReady || generation != m_supervisor.generation())
            return; // lost again meanwhile
    }
    m_requests.linkReady();
    if (m_isReady && generation == m_supervisor.generation())
        m_publisher.linkReady();
    if (m_isClosing)
        proceedClosing();
}

void Engine::linkFailed(const Error &error)
{
    dropLink(error);
    if (m_isClosingLink || (m_isClosing && m_publisher.isEmpty())) {
        finishClosing();
        return;
    }
    attemptFailed(error);
}

void Engine::attemptFailed(const Error &error)
{
    qCDebug(lcClient) << "link failed:" << error;
    const auto step = m_supervisor.linkFailed(error, m_hub->now());
    reportError(error);
    follow(step);
}

// A person must do something. What waits is told at once; consumers stay wanted.
void Engine::giveUp(const Error &error)
{
    qCWarning(lcClient).noquote() << Text::tr("Gave up connecting:") << error.text();
    m_requests.failAll(error);
    m_publisher.failAll(error);
    reportState();
    if (m_isClosing)
        finishClosing();
}

void Engine::dropLink(const Error &why)
{
    m_linkTimer.cancel();
    m_isReady = false;
    m_rebuild.reset();
    if (!m_link)
        return;
    endBlocking();
    const quint64 next = m_supervisor.generation() + 1;
    report([next](ConnectionPrivate &connection) { connection.linkLost(next); });
    for (const auto &[id, channel] : m_channels)
        channel->linkDown();
    std::vector<EngineConsumer *> consumers;
    for (const auto &[id, consumer] : m_consumers)
        consumers.push_back(consumer.get());
    for (EngineConsumer *consumer : consumers)
        consumer->linkDown();
    m_publisher.linkDown();
    m_requests.linkLost(why);
    m_link->detach();
    buryAny(std::shared_ptr<LinkPort>(std::move(m_link)));
}

void Engine::reportState()
{
    const auto state = m_isClosing ? Connection::Closing : m_supervisor.state();
    if (m_reported == state)
        return;
    m_reported = state;
    report([state](ConnectionPrivate &connection) { connection.changeState(state); });
}

void Engine::close(quint64 number, Done<void> answer)
{
    m_closeNumber = number;
    m_closeAnswers.push_back(std::move(answer));
    m_opensAgain = false;
    if (m_isClosing)
        return;
    m_isClosing = true;
    m_requests.failAll(closedError());
    for (const auto &[id, consumer] : m_consumers)
        consumer->stopFetching();
    if (m_supervisor.state() == Connection::Closed) {
        m_reported = Connection::Closing; // the handle thinks so, and is told that it is over
        finishClosing();
        return;
    }
    reportState();
    m_closeTimer = m_hub->callLater(m_options.closeTimeout, [this] { finishClosing(); });
    m_flushesPublishes = true;
    scheduleFlush(); // its end comes back here: publisherMoved()
}

void Engine::publisherMoved()
{
    if (m_isClosing && !m_isClosingLink)
        proceedClosing();
}

// Settlements are sent by now; unsettled publishes may still need the link, even a new one.
void Engine::proceedClosing()
{
    if (m_isClosingLink || !m_publisher.isEmpty() || !m_touched.empty())
        return;
    if (m_supervisor.state() != Connection::Open) {
        finishClosing();
        return;
    }
    m_isClosingLink = true;
    (*m_link)->close();
}

void Engine::linkClosed()
{
    finishClosing();
}

void Engine::finishClosing()
{
    if (!m_isClosing)
        return;
    m_closeTimer.cancel();
    dropLink(closedError());
    m_supervisor.close();
    m_publisher.failAll(closedError());
    m_requests.failAll(closedError());
    m_isClosing = false;
    m_isClosingLink = false;
    for (const auto &[id, consumer] : m_consumers)
        consumer->closingEnded();
    report([number = m_closeNumber](ConnectionPrivate &connection) {
        connection.closingEnded(number);
    });
    reportState();
    for (const auto &answer : std::exchange(m_closeAnswers, {}))
        answer(Result<void>());
    if (m_isShutDown) {
        m_hub->callSoon([owner = m_owner.lock()] {
            if (owner)
                owner->disconnectEngine();
        });
    } else if (std::exchange(m_opensAgain, false)) {
        open();
    }
}

void Engine::shutDown()
{
    m_isShutDown = true;
    close(m_closeNumber, [](const Result<void> &) {});
}

// The loop of the Hub's thread is about to end for good: the last chance to send settlements.
void Engine::hubCloses()
{
    const auto owner = m_owner.lock();
    const auto alive = std::weak_ptr(m_alive);
    if (!owner)
        return;
    owner->runCommands(); // what the user said last
    shutDown();
    const auto deadline = m_hub->now() + m_options.closeTimeout;
    while (alive.lock() && m_isClosing && m_hub->now() < deadline) {
        if (!m_hub->runOnce(std::chrono::milliseconds(50)) && !m_link)
            break;
    }
    owner->disconnectEngine();
}

} // namespace Qombu
