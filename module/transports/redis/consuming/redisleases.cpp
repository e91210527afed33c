// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisleases.h"

#include "transports/redis/rediskeys.h"
#include "transports/redis/redisscripts.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr std::size_t TagsARun = 1000; // tags a run of the script
constexpr int IdleRounds = 6; // then the socket is closed

} // namespace

// The way back to the engine's thread, for as long as there is one.
struct RedisLeases::Engine
{
    std::mutex mutex;
    Hub *hub = nullptr; // guarded; null: the engine is gone
    std::shared_ptr<Lost> lost; // used in the engine's thread

    void tell(const std::vector<quint64> &deliveries)
    {
        const std::scoped_lock lock(mutex);
        if (!hub || deliveries.empty())
            return;
        hub->callSoon([deliveries, weak = std::weak_ptr<Lost>(lost)] {
            for (const quint64 delivery : deliveries) {
                if (const auto callback = weak.lock())
                    (*callback)(delivery);
            }
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
        // At least three tries before the time is over.
        , m_interval(
              std::min(settings.options.renewInterval, settings.options.visibilityTimeout / 3))
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
        if (!held.empty()) {
            m_idleRounds = 0;
            if (!m_socket)
                return open();
            if (m_isReady && m_socket->unanswered() == 0)
                renew(held);
        } else if (m_socket && ++m_idleRounds > IdleRounds) {
            close();
        }
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
        round();
    }

    void socketFailed(const Error &) override
    {
        m_isReady = false; // the next round opens another one
        m_hub->callSoon([socket = std::shared_ptr<RedisSocket>(std::move(m_socket))] {});
    }

    void renew(const std::vector<quint64> &held)
    {
        for (std::size_t i = 0; i < held.size(); i += TagsARun) {
            const std::vector<quint64> run(
                held.begin() + std::ptrdiff_t(i),
                held.begin() + std::ptrdiff_t(std::min(held.size(), i + TagsARun)));
            RespCommand tags;
            for (const quint64 delivery : run)
                tags.add(m_ledger->tag(delivery));
            m_socket->run(Scripts::all().renew, {m_index}, std::move(tags),
                          [this, run](const Result<RespValue> &reply) {
                              if (reply)
                                  answered(run, *reply);
                          });
        }
    }

    // The engine knows which of them were settled while the question was on its way.
    void answered(const std::vector<quint64> &deliveries, const RespValue &reply)
    {
        std::vector<quint64> lost;
        for (const RespValue &number : reply.items) {
            if (number.integer >= 1 && number.integer <= qint64(deliveries.size()))
                lost.push_back(deliveries[std::size_t(number.integer - 1)]);
        }
        m_engine->tell(lost);
    }

    Hub *const m_hub;
    const RedisLinkSettings m_settings;
    const std::chrono::nanoseconds m_interval;
    const QByteArray m_index = RedisKeys(m_settings.options).unackedIndex();
    const std::shared_ptr<RedisLedger> m_ledger;
    const std::shared_ptr<Engine> m_engine;
    HubHandle m_timer;
    std::unique_ptr<RedisSocket> m_socket;
    bool m_isReady = false;
    int m_idleRounds = 0;
};

RedisLeases::RedisLeases(Hub *engine, const RedisLinkSettings &settings,
                         std::shared_ptr<RedisLedger> ledger, Lost lost)
    : m_settings(settings)
    , m_ledger(std::move(ledger))
    , m_engine(std::make_shared<Engine>())
{
    m_engine->hub = engine;
    m_engine->lost = std::make_shared<Lost>(std::move(lost));
}

RedisLeases::~RedisLeases()
{
    {
        const std::scoped_lock lock(m_engine->mutex);
        m_engine->hub = nullptr;
        m_engine->lost.reset();
    }
    if (m_worker)
        m_background->callSoon([worker = std::move(m_worker)]() mutable { worker.reset(); });
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
