// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/linkkeeper.h"

#include "client/engine/engine.h"
#include "core/logging_p.h"
#include "port/transportregistry.h"

namespace Qombu {

LinkKeeper::LinkKeeper(Engine &engine, const BrokerUrl &url)
    : m_engine(engine)
    , m_urls(url.alternates())
    , m_supervisor(engine.options(), int(m_urls.size()),
                   [hub = engine.hub()] { return hub->random(); })
{
}

LinkKeeper::~LinkKeeper() = default;

void LinkKeeper::open()
{
    follow(m_supervisor.open());
}

bool LinkKeeper::holdsOutlive() const
{
    return m_isOpen && m_link->capabilities().testFlag(Capability::HeldOutlivesLink);
}

void LinkKeeper::follow(const Supervisor::Step &step)
{
    switch (step.kind) {
    case Supervisor::Step::Nothing:
        return;
    case Supervisor::Step::Connect:
        m_engine.stateMoved();
        connectTo(step.alternate);
        return;
    case Supervisor::Step::Wait:
        m_engine.tell(News::Reconnecting{m_supervisor.attempt(), step.delay,
                                         m_urls.value(step.alternate).toString()});
        m_engine.stateMoved();
        m_timer = m_engine.hub()->callLater(step.delay, [this] { follow(m_supervisor.waited()); });
        return;
    case Supervisor::Step::GiveUp:
        m_engine.gaveUp(m_supervisor.lastError());
        return;
    }
}

Result<Transport *> LinkKeeper::transportFor(const BrokerUrl &url)
{
    if (!url.isValid())
        return url.error();
    const Result<TransportInfo> info = TransportRegistry::find(url.scheme());
    if (!info.isOk())
        return info.error();
    auto &transport = m_transports[info->name];
    if (!transport)
        transport = info->create();
    if (const Error wrong = transport->check(url, m_engine.options()); wrong.isError())
        return wrong;
    return transport.get();
}

void LinkKeeper::connectTo(int alternate)
{
    const BrokerUrl url = m_urls.value(alternate);
    const Result<Transport *> transport = transportFor(url);
    if (!transport.isOk())
        return attemptFailed(transport.error());
    LinkSetup setup;
    setup.hub = m_engine.hub();
    setup.url = url;
    setup.options = m_engine.options();
    setup.listener = this;
    setup.numbers = &m_numbers;
    m_link = (*transport)->createLink(setup);
    m_link->open();
}

void LinkKeeper::attemptFailed(const Error &error)
{
    qCDebug(lcClient) << "link failed:" << error;
    const auto step = m_supervisor.linkFailed(error, m_engine.hub()->now());
    m_engine.reportError(error);
    follow(step);
}

// A link that has ended says nothing any more, but is on the call stack now.
void LinkKeeper::drop(const Error &why)
{
    m_timer.cancel();
    if (!m_link)
        return;
    m_engine.linkDown(why);
    m_isOpen = false;
    setBlocked(false, {});
    m_engine.hub()->callSoon([link = std::shared_ptr<Link>(std::move(m_link))] {});
}

void LinkKeeper::fail(const Error &error)
{
    m_engine.linkDown(error);
    m_isOpen = false;
    setBlocked(false, {});
    m_link.reset();
    if (!m_engine.endsWithLink())
        attemptFailed(error);
}

void LinkKeeper::close()
{
    m_link->close();
}

void LinkKeeper::stop()
{
    drop(m_engine.closedError());
    m_supervisor.close();
}

void LinkKeeper::linkOpened(const QVariantMap &serverProperties)
{
    m_isOpen = true;
    m_supervisor.linkOpened(m_engine.hub()->now());
    m_engine.tell(News::ServerKnown{serverProperties, m_link->capabilities()});
    m_engine.stateMoved();
    m_engine.linkUp();
}

void LinkKeeper::linkFailed(const Error &error)
{
    drop(error);
    if (!m_engine.endsWithLink())
        attemptFailed(error);
}

void LinkKeeper::linkClosed()
{
    m_engine.linkClosed();
}

void LinkKeeper::setBlocked(bool blocked, const QString &reason)
{
    if (std::exchange(m_isBlocked, blocked) != blocked)
        m_engine.tell(News::Blocked{blocked, reason});
}

void LinkKeeper::linkBlocked(const QString &reason)
{
    setBlocked(true, reason);
}

void LinkKeeper::linkUnblocked()
{
    setBlocked(false, {});
    m_engine.linkUnblocked();
}

void LinkKeeper::settledTooLate(quint64 consumer, quint64 delivery, const QString &queue,
                                const QString &tag)
{
    m_engine.tell(
        News::SettlementLost{consumer, queue, tag.isEmpty() ? QString::number(delivery) : tag});
}

void LinkKeeper::notice(const BrokerNotice &notice)
{
    m_engine.notices().add(notice);
}

} // namespace Qombu
