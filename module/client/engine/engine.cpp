// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/engine.h"

#include "client/handles/connection_p.h"
#include "core/logging_p.h"
#include "port/transportregistry.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {
namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Connection)
};

} // namespace

Engine::Engine(const std::shared_ptr<Courier> &courier, Hub *hub, const BrokerUrl &url,
               const ConnectionOptions &options)
    : m_owner(courier)
    , m_courier(courier.get())
    , m_hub(hub)
    , m_urls(url.alternates())
    , m_options(options)
    , m_supervisor(options, int(m_urls.size()), [hub] { return hub->random(); })
    , m_requests(hub, options.requestTimeout, [this] { return lastError(); })
    , m_publisher(*this)
{
}

Engine::~Engine()
{
    // What follows may still speak to its parts: from the users of the link down to the link.
    m_rebuild.reset();
    m_consumers.clear();
    m_channels.clear();
    m_publisher.linkDown();
    if (m_link)
        m_link->detach();
    clearGrave();
    m_link.reset();
}

// Hub's thread, before anything else.
void Engine::install()
{
    m_isInstalled = true;
    m_hubHook = m_hub->onClose([this] { hubCloses(); });
}

void Engine::run(std::vector<Command> &commands)
{
    if (!m_isInstalled)
        install();
    m_isRunning = true;
    for (Command &command : commands)
        runCommand(command);
    m_isRunning = false;
    flush();
}

void Engine::runCommand(Command &command)
{
    if (auto *request = std::get_if<std::unique_ptr<PublishRequest>>(&command)) {
        m_publisher.add(std::move(*request));
        needLink();
    } else if (const auto *settle = std::get_if<SettleCommand>(&command)) {
        if (DeliveryOwner *to = owner(settle->owner))
            to->settle(settle->delivery, settle->settlement);
    } else if (const auto *abandon = std::get_if<AbandonCommand>(&command)) {
        if (DeliveryOwner *to = owner(abandon->owner))
            to->abandon(abandon->delivery);
    } else {
        std::get<EngineCall>(command)(*this);
    }
}

DeliveryOwner *Engine::owner(quint64 id)
{
    if (const auto found = m_consumers.find(id); found != m_consumers.end())
        return found->second.get();
    const auto found = m_channels.find(id);
    return found == m_channels.end() ? nullptr : found->second.get();
}

Hub::TimePoint Engine::turnTime()
{
    if (!m_turnTime)
        m_turnTime = m_hub->now();
    return *m_turnTime;
}

// Publishes go first: who publishes a result and then acknowledges the order means that order.
void Engine::flush()
{
    m_isFlushScheduled = false;
    m_turnTime.reset();
    if (std::exchange(m_flushesPublishes, false))
        m_publisher.flush();
    m_publisher.reportEnds();
    while (!m_touched.empty()) {
        DeliveryOwner *const next = m_touched.back();
        m_touched.pop_back();
        next->flush();
    }
    publisherMoved();
}

void Engine::scheduleFlush()
{
    if (m_isRunning || m_isFlushScheduled)
        return;
    m_isFlushScheduled = true;
    m_hub->callSoon([this, alive = std::weak_ptr(m_alive), keep = m_owner.lock()] {
        if (alive.lock())
            flush();
    });
}

void Engine::flushLater(DeliveryOwner *owner)
{
    if (std::find(m_touched.begin(), m_touched.end(), owner) == m_touched.end())
        m_touched.push_back(owner);
    scheduleFlush();
}

void Engine::noFlush(DeliveryOwner *owner)
{
    std::erase(m_touched, owner);
}

void Engine::flushPublishesLater()
{
    m_flushesPublishes = true;
    scheduleFlush();
}

std::shared_ptr<void> Engine::hold()
{
    ++m_holds;
    return {nullptr, [this, alive = std::weak_ptr(m_alive)](void *) {
                if (alive.lock() && --m_holds == 0)
                    flushPublishesLater();
            }};
}

void Engine::bury(std::unique_ptr<ChannelPort> port)
{
    port->detach();
    buryAny(std::move(port));
}

void Engine::buryAny(std::shared_ptr<void> thing)
{
    m_grave.push_back(std::move(thing));
    if (m_grave.size() == 1) {
        m_hub->callSoon([this, alive = std::weak_ptr(m_alive), keep = m_owner.lock()] {
            if (alive.lock())
                clearGrave();
        });
    }
}

void Engine::clearGrave()
{
    while (!m_grave.empty()) {
        const auto thing = m_grave.front(); // its end may bury more
        m_grave.pop_front();
    }
}

void Engine::addConsumer(quint64 id, const ConsumerWish &wish)
{
    auto &consumer = m_consumers[id];
    consumer = std::make_unique<EngineConsumer>(*this, id, wish);
    needLink();
    if (m_isReady)
        consumer->linkReady();
}

EngineConsumer *Engine::consumer(quint64 id)
{
    const auto found = m_consumers.find(id);
    return found == m_consumers.end() ? nullptr : found->second.get();
}

void Engine::removeConsumer(quint64 id)
{
    const auto found = m_consumers.find(id);
    if (found == m_consumers.end())
        return;
    noFlush(found->second.get());
    buryAny(std::shared_ptr<EngineConsumer>(std::move(found->second)));
    m_consumers.erase(found);
}

EngineChannel &Engine::channel(quint64 id)
{
    auto &channel = m_channels[id];
    if (!channel)
        channel = std::make_unique<EngineChannel>(*this, id);
    return *channel;
}

void Engine::releaseChannel(quint64 id)
{
    if (const auto found = m_channels.find(id); found != m_channels.end())
        found->second->release();
}

void Engine::removeChannel(quint64 id)
{
    const auto found = m_channels.find(id);
    if (found == m_channels.end())
        return;
    noFlush(found->second.get());
    buryAny(std::shared_ptr<EngineChannel>(std::move(found->second)));
    m_channels.erase(found);
}

// Called once there is a link: ask the browser, or fail where the transport has none.
void Engine::browse(std::function<void(LinkBrowser &)> ask, std::function<void(const Error &)> fail)
{
    if (LinkBrowser *browser = (*m_link)->browser())
        ask(*browser);
    else
        fail(Error(Error::Unsupported, Text::tr("This kind of broker cannot be looked at.")));
}

void Engine::reportError(const Error &error)
{
    report([error](ConnectionPrivate &connection) { connection.errorHappened(error); });
}

void Engine::linkBlocked(const QString &reason)
{
    m_isBlocked = true;
    report([reason](ConnectionPrivate &connection) { connection.blockedChanged(true, reason); });
}

void Engine::linkUnblocked()
{
    if (endBlocking())
        m_publisher.linkUnblocked();
}

bool Engine::endBlocking()
{
    const bool wasBlocked = std::exchange(m_isBlocked, false);
    if (wasBlocked)
        report([](ConnectionPrivate &connection) { connection.blockedChanged(false, {}); });
    return wasBlocked;
}

void Engine::contentionChanged(const QString &queue, bool contended)
{
    report([queue, contended](ConnectionPrivate &connection) {
        connection.contentionChanged(queue, contended);
    });
}

void Engine::messageQuarantined(const QString &queue, const Error &why)
{
    report(
        [queue, why](ConnectionPrivate &connection) { connection.messageQuarantined(queue, why); });
}

void Engine::linkNotice(const QString &text)
{
    qCInfo(lcClient).noquote() << text;
}

} // namespace Qombu
