// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisleases.h"

#include "transports/redis/redisscripts.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr std::size_t MaximumRun = 1000; // tags a run of the script
constexpr int IdleRounds = 6; // then the socket is closed

} // namespace

// The way back to the engine's thread, for as long as there is one.
struct RedisLeases::Engine
{
    std::mutex mutex;
    Hub *hub = nullptr; // guarded; null: the engine is gone
    std::shared_ptr<Lost> lost; // used in the engine's thread

    void tell(const std::vector<QByteArray> &tags)
    {
        const std::scoped_lock lock(mutex);
        if (!hub || tags.empty())
            return;
        hub->callSoon([tags, weak = std::weak_ptr<Lost>(lost)] {
            for (const QByteArray &tag : tags) {
                if (const auto callback = weak.lock())
                    (*callback)(tag);
            }
        });
    }
};

// The part in the background. Made in the engine's thread, used and destroyed in the background's.
class RedisLeases::Worker final : public RedisSocketListener
{
public:
    Worker(Hub *hub, const Settings &settings, std::shared_ptr<RedisLedger> ledger,
           std::shared_ptr<Engine> engine)
        : m_hub(hub)
        , m_settings(settings)
        , m_ledger(std::move(ledger))
        , m_engine(std::move(engine))
    {
    }

    void start()
    {
        m_timer = m_hub->callRepeatedly(m_settings.interval, [this] { round(); });
    }

private:
    void round()
    {
        const auto tags = m_ledger->heldSince(m_hub->now() - m_settings.interval / 2);
        if (!tags.empty()) {
            m_idleRounds = 0;
            if (!m_socket)
                return open();
            if (m_isReady && m_socket->unanswered() == 0)
                renew(tags);
        } else if (m_socket && ++m_idleRounds > IdleRounds) {
            close();
        }
    }

    void open()
    {
        m_socket = std::make_unique<RedisSocket>(
            m_hub,
            [this](ByteStreamListener *listener) { return m_settings.makeStream(m_hub, listener); },
            m_settings.session, m_settings.connectTimeout, this);
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
        load();
        round();
    }

    void socketMessage(RespValue &&) override { }

    void socketFailed(const Error &) override
    {
        m_isReady = false; // the next round opens another one
        m_hub->callSoon([socket = std::shared_ptr<RedisSocket>(std::move(m_socket))] {});
    }

    void load()
    {
        m_socket->send({"SCRIPT", "LOAD", Scripts::renew().text()}, [](const auto &) {});
    }

    void renew(const std::vector<QByteArray> &tags)
    {
        for (std::size_t i = 0; i < tags.size(); i += MaximumRun) {
            const std::vector<QByteArray> run(
                tags.begin() + std::ptrdiff_t(i),
                tags.begin() + std::ptrdiff_t(std::min(tags.size(), i + MaximumRun)));
            RespCommand command{"EVALSHA", Scripts::renew().sha1(), "1", m_settings.unackedIndex};
            for (const QByteArray &tag : run)
                command.add(tag);
            m_socket->send(command, [this, run](const Result<RespValue> &reply) {
                if (reply)
                    answered(run, *reply);
            });
        }
    }

    void answered(const std::vector<QByteArray> &tags, const RespValue &reply)
    {
        if (reply.isError()) {
            if (reply.text.startsWith("NOSCRIPT"))
                load(); // renewed in the next round
            return;
        }
        std::vector<QByteArray> lost;
        for (const RespValue &number : reply.items) {
            const std::size_t i = std::size_t(number.integer - 1);
            // What was settled while the question was on its way is not lost.
            const auto held = i < tags.size() ? m_ledger->find(tags[i]) : std::nullopt;
            if (!held || held->said)
                continue;
            m_ledger->remove(tags[i]);
            lost.push_back(tags[i]);
        }
        m_engine->tell(lost);
    }

    Hub *const m_hub;
    const Settings m_settings;
    const std::shared_ptr<RedisLedger> m_ledger;
    const std::shared_ptr<Engine> m_engine;
    HubHandle m_timer;
    std::unique_ptr<RedisSocket> m_socket;
    bool m_isReady = false;
    int m_idleRounds = 0;
};

RedisLeases::RedisLeases(Hub *engine, Hub *background, const Settings &settings,
                         std::shared_ptr<RedisLedger> ledger, Lost lost)
    : m_background(background)
    , m_settings(settings)
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
    if (!m_background)
        m_background = Hub::background();
    m_worker = std::make_shared<Worker>(m_background, m_settings, m_ledger, m_engine);
    m_background->callSoon([worker = m_worker] { worker->start(); });
}

} // namespace Qombu::Redis
