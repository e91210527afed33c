// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/linkkeeper.h"

#include "client/engine/engine.h"
#include "core/logging_p.h"
#include "port/transportregistry.h"

namespace Qombu {

// Hears what one link says, until it is dropped: that may have been said inside one of its own
// calls, so that it can only be destroyed later, and until then it must not be heard any more.
class LinkKeeper::Ear final : public LinkListener
{
public:
    explicit Ear(LinkKeeper *to)
        : keeper(to)
    {
    }

    void linkOpened(const QVariantMap &serverProperties) override
    {
        if (keeper)
            keeper->opened(serverProperties);
    }
    void linkFailed(const Error &error) override
    {
        if (keeper)
            keeper->fail(error);
    }
    void linkClosed() override
    {
        if (keeper)
            keeper->m_engine.linkClosed();
    }
    void linkBlocked(const QString &reason) override
    {
        if (keeper)
            keeper->setBlocked(true, reason);
    }
    void linkUnblocked() override
    {
        if (!keeper)
            return;
        keeper->setBlocked(false, {});
        keeper->m_engine.linkUnblocked();
    }
    void settledTooLate(quint64 consumer, quint64 delivery, const QString &queue,
                        const QString &tag) override
    {
        if (keeper)
            keeper->m_engine.settlementLost({delivery, consumer, 0, 0, queue, tag});
    }
    void notice(const BrokerNotice &notice) override
    {
        if (keeper)
            keeper->m_engine.notices().add(notice);
    }

    LinkKeeper *keeper; // null: dropped
};

LinkKeeper::LinkKeeper(Engine &engine, const BrokerUrl &url)
    : m_engine(engine)
    , m_urls(url.isValid() ? url.alternates() : QList{url}) // which says what is wrong with it
    , m_schedule(engine.options(), int(m_urls.size()),
                 [hub = engine.hub()] { return hub->random(); })
{
}

LinkKeeper::~LinkKeeper()
{
    if (m_ear)
        m_ear->keeper = nullptr;
}

void LinkKeeper::open()
{
    if (m_state != Connection::Closed)
        return;
    m_refusedUntil.reset();
    m_schedule.restart();
    connect();
}

void LinkKeeper::useSecret(const QString &secret)
{
    m_secret = secret;
    m_refusedUntil.reset();
}

Error LinkKeeper::refusal() const
{
    const bool isTooEarly = m_refusedUntil && m_engine.hub()->now() < *m_refusedUntil;
    return m_state == Connection::Closed && isTooEarly ? m_lastError : Error();
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

qint64 LinkKeeper::openSettlements() const
{
    qint64 count = 0;
    for (const auto &[name, transport] : m_transports)
        count += transport->openSettlements();
    return count;
}

qint64 LinkKeeper::held() const
{
    qint64 count = 0;
    for (const auto &[name, transport] : m_transports)
        count += transport->held();
    return count;
}

void LinkKeeper::abandonHeld()
{
    for (const auto &[name, transport] : m_transports)
        transport->abandonHeld();
}

void LinkKeeper::connect()
{
    m_state = Connection::Connecting;
    m_engine.stateMoved();
    const BrokerUrl url = m_urls.value(m_schedule.alternate());
    const Result<Transport *> transport = transportFor(url);
    if (!transport.isOk())
        return attemptFailed(transport.error());
    if (!m_engine.options().credentials)
        return openLink(*transport,
                        m_secret ? url.withCredentials(url.userName(), *m_secret) : url);
    askCredentials(url, [this, to = *transport, url](const Credentials &credentials) {
        if (m_state == Connection::Connecting && !m_link)
            openLink(to, url.withCredentials(credentials.userName, credentials.password));
    });
}

// In the user's thread.
void LinkKeeper::askCredentials(const BrokerUrl &url, AnswerCredentials answer)
{
    m_attempts.emplace(++m_lastAttempt, std::move(answer));
    m_engine.tell(News::CredentialsWanted{m_lastAttempt, url});
}

void LinkKeeper::useCredentials(quint64 attempt, const Credentials &credentials)
{
    if (const auto asked = m_attempts.extract(attempt))
        asked.mapped()(credentials);
}

void LinkKeeper::openLink(Transport *transport, const BrokerUrl &url)
{
    LinkSetup setup;
    setup.hub = m_engine.hub();
    setup.url = url;
    setup.options = m_engine.options();
    m_ear = std::make_shared<Ear>(this);
    setup.listener = m_ear.get();
    setup.numbers = &m_numbers;
    if (m_engine.options().credentials)
        setup.askCredentials = [ear = std::weak_ptr(m_ear), url](const AnswerCredentials &answer) {
            if (const auto from = ear.lock(); from && from->keeper)
                from->keeper->askCredentials(url, answer);
        };
    m_link = transport->createLink(setup);
    m_link->open();
}

void LinkKeeper::attemptFailed(const Error &error)
{
    qCDebug(lcClient) << "link failed:" << error;
    const auto delay = m_schedule.failed(error, m_engine.hub()->now());
    m_lastError = error;
    m_state = delay ? Connection::Waiting : Connection::Closed;
    m_engine.reportError(error);
    if (!delay) {
        if (RetrySchedule::isForAPerson(error))
            m_refusedUntil = m_engine.hub()->now() + m_engine.options().retryMaximum;
        return m_engine.gaveUp(error);
    }
    if (*delay == std::chrono::milliseconds::zero())
        return connect();
    m_engine.tell(News::Reconnecting{m_schedule.attempts(), *delay,
                                     m_urls.value(m_schedule.alternate()).toString()});
    m_engine.stateMoved();
    m_timer = m_engine.hub()->callLater(*delay, [this] { connect(); });
}

void LinkKeeper::drop(const Error &why)
{
    m_timer.cancel();
    m_attempts.clear();
    if (!m_link)
        return;
    m_engine.linkDown(why);
    setBlocked(false, {});
    m_ear->keeper = nullptr;
    m_engine.hub()->callSoon(
        [ear = std::move(m_ear), link = std::shared_ptr<Link>(std::move(m_link))]() mutable {
            link.reset();
        });
}

void LinkKeeper::fail(const Error &error)
{
    drop(error);
    if (!m_engine.endsWithLink())
        attemptFailed(error);
}

void LinkKeeper::stop()
{
    drop(m_engine.closedError());
    m_state = Connection::Closed;
    m_lastError = {};
}

void LinkKeeper::opened(const QVariantMap &serverProperties)
{
    m_state = Connection::Open;
    m_lastError = {};
    m_holdsOutlive = m_link->capabilities().testFlag(Capability::HeldOutlivesLink);
    m_schedule.linkOpened(m_engine.hub()->now());
    m_engine.tell(News::ServerKnown{serverProperties, m_link->capabilities()});
    m_engine.stateMoved();
    m_engine.linkUp();
}

void LinkKeeper::setBlocked(bool blocked, const QString &reason)
{
    if (std::exchange(m_isBlocked, blocked) != blocked)
        m_engine.tell(News::Blocked{blocked, reason});
}

} // namespace Qombu
