// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisleases.h"

#include "transports/redis/consuming/redisrenewal.h"
#include "transports/redis/consuming/repeatedtrouble.h"
#include "transports/redis/rediskeys.h"
#include "transports/redis/redissocket.h"
#include "transports/redis/wire/redistext.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr auto IdleTime = std::chrono::seconds(60); // then the socket is closed
constexpr std::chrono::nanoseconds LongestDelay = std::chrono::seconds(30); // between two attempts

} // namespace

// The part in the engine's thread: says what renewals find out, and renews where the worker has no
// socket.
class RedisLeases::Desk : public std::enable_shared_from_this<Desk>
{
public:
    Desk(const RedisContext &context, std::shared_ptr<RedisLedger> ledger, Lost &&lost)
        : m_context(context)
        , m_ledger(std::move(ledger))
        , m_lost(std::move(lost))
    {
    }

    void renewed(const std::vector<quint64> &lost, const Error &error)
    {
        m_renewing.happened(error, m_context.host);
        for (const quint64 delivery : lost)
            m_lost(delivery);
    }

    void socketOpened(const Error &error) { m_opening.happened(error, m_context.host); }

    void renew()
    {
        const auto held =
            m_ledger->heldSince(m_context.hub->now() - m_context.options.leaseInterval() / 2);
        if (held.empty() || std::exchange(m_isRenewing, true))
            return;
        renewLeases(
            m_context.sender, m_context.keys, *m_ledger, held,
            [weak = weak_from_this()](const std::vector<quint64> &lost, const Error &error) {
                if (const auto self = weak.lock()) {
                    self->m_isRenewing = false;
                    self->renewed(lost, error);
                }
            });
    }

    // A server that refuses it is asked again soon, by the worker.
    void renewNow(std::function<void()> &&done)
    {
        const auto held = m_ledger->unsaid();
        if (held.empty())
            return done();
        renewLeases(m_context.sender, m_context.keys, *m_ledger, held,
                    [weak = weak_from_this(),
                     done = std::move(done)](const std::vector<quint64> &lost, const Error &error) {
                        const auto self = weak.lock();
                        if (!self || self->m_context.sender.hasFailed())
                            return;
                        self->renewed(lost, error);
                        done();
                    });
    }

private:
    const RedisContext m_context;
    const std::shared_ptr<RedisLedger> m_ledger;
    const Lost m_lost;
    bool m_isRenewing = false;
    RepeatedTrouble m_renewing{
        BrokerNotice::Alarm,
        Text::tr("The leases of held messages cannot be renewed: others may get these messages, "
                 "too. %1"),
        Text::tr("The leases of held messages are renewed again; failed attempts: %1")};
    RepeatedTrouble m_opening{
        BrokerNotice::Degraded,
        Text::tr("Leases get no socket of their own, and are renewed over that of the commands: "
                 "%1"),
        Text::tr("Leases have a socket of their own again; failed attempts: %1")};
};

// The way to the desk, for as long as there is one.
struct RedisLeases::Engine
{
    std::mutex mutex;
    Hub *hub = nullptr; // guarded; null: the engine is gone
    std::weak_ptr<Desk> desk; // used in the engine's thread

    template<typename F>
    void call(F f)
    {
        const std::scoped_lock lock(mutex);
        if (!hub)
            return;
        hub->callSoon([weak = desk, f = std::move(f)] {
            if (const auto there = weak.lock())
                f(*there);
        });
    }
};

// The part in the background. Made in the engine's thread, used and destroyed in the background's.
class RedisLeases::Worker final : public RedisSocketListener
{
public:
    Worker(Hub *hub, const RedisLinkSettings &settings, std::shared_ptr<RedisLedger> ledger,
           std::shared_ptr<Engine> engine)
        : m_hub(hub)
        , m_settings(settings)
        , m_interval(settings.options.leaseInterval())
        , m_ledger(std::move(ledger))
        , m_engine(std::move(engine))
    {
    }

    void start()
    {
        m_timer = m_hub->callRepeatedly(m_interval, [this] { round(); });
    }

private:
    void round()
    {
        const auto held = m_ledger->heldSince(m_hub->now() - m_interval / 2);
        if (held.empty()) {
            if (m_socket && m_hub->now() - m_lastNeeded > IdleTime)
                close();
            return;
        }
        m_lastNeeded = m_hub->now();
        if (m_isReady) {
            if (m_socket->unanswered() == 0)
                renew(held);
            return;
        }
        if (m_delay > std::chrono::nanoseconds(0) || m_socket) // it is refused, or takes its time
            m_engine->call([](Desk &desk) { desk.renew(); });
        if (!m_socket && m_hub->now() >= m_nextAttempt)
            open();
    }

    void open()
    {
        m_socket = std::make_unique<RedisSocket>(m_hub, m_settings, SocketRole::Commands, this);
        m_socket->open();
    }

    void close()
    {
        m_isReady = false;
        m_socket.reset();
    }

    void socketReady() override
    {
        m_isReady = true;
        m_delay = std::chrono::nanoseconds(0);
        m_engine->call([](Desk &desk) { desk.socketOpened({}); });
        round();
    }

    // The next round opens another one; not at once where this one was never open.
    void socketFailed(const Error &error) override
    {
        m_hub->callSoon([socket = std::shared_ptr<RedisSocket>(std::move(m_socket))] {});
        if (std::exchange(m_isReady, false))
            return;
        m_delay = std::max(m_interval, std::min(2 * m_delay, LongestDelay));
        m_nextAttempt = m_hub->now() + m_delay;
        m_engine->call([error](Desk &desk) {
            desk.socketOpened(error);
            desk.renew();
        });
    }

    // The engine knows which of them were settled while the question was on its way. A socket that
    // broke is no refusal: the next one renews.
    void renew(const std::vector<quint64> &held)
    {
        renewLeases(*m_socket, m_keys, *m_ledger, held,
                    [this](const std::vector<quint64> &lost, const Error &error) {
                        if (m_socket->hasFailed())
                            return;
                        m_engine->call([lost, error](Desk &desk) { desk.renewed(lost, error); });
                    });
    }

    Hub *const m_hub;
    const RedisLinkSettings m_settings;
    const std::chrono::nanoseconds m_interval;
    const RedisKeys m_keys{m_settings.options};
    const std::shared_ptr<RedisLedger> m_ledger;
    const std::shared_ptr<Engine> m_engine;
    HubHandle m_timer;
    std::unique_ptr<RedisSocket> m_socket;
    bool m_isReady = false;
    Hub::TimePoint m_lastNeeded = {};
    Hub::TimePoint m_nextAttempt = {};
    std::chrono::nanoseconds m_delay = {}; // 0: the last attempt went well
};

RedisLeases::RedisLeases(const RedisContext &context, const RedisLinkSettings &settings,
                         std::shared_ptr<RedisLedger> ledger, Lost lost)
    : m_settings(settings)
    , m_ledger(std::move(ledger))
    , m_desk(std::make_shared<Desk>(context, m_ledger, std::move(lost)))
    , m_engine(std::make_shared<Engine>())
{
    m_engine->hub = context.hub;
    m_engine->desk = m_desk;
}

RedisLeases::~RedisLeases()
{
    {
        const std::scoped_lock lock(m_engine->mutex);
        m_engine->hub = nullptr;
    }
    if (m_worker)
        m_background->callSoon([worker = std::move(m_worker)]() mutable { worker.reset(); });
}

void RedisLeases::renewNow(std::function<void()> done)
{
    m_desk->renewNow(std::move(done));
}

void RedisLeases::start()
{
    if (m_worker)
        return;
    m_background = m_settings.background ? m_settings.background : Hub::background();
    m_worker = std::make_shared<Worker>(m_background, m_settings, m_ledger, m_engine);
    m_background->callSoon([worker = m_worker] { worker->start(); });
}

} // namespace Qombu::Redis
