// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/browsing/redisbrowser.h"
#include "transports/redis/consuming/redisclaimer.h"
#include "transports/redis/consuming/redisfanout.h"
#include "transports/redis/consuming/redisleases.h"
#include "transports/redis/publishing/redispublisher.h"
#include "transports/redis/consuming/redisrestore.h"
#include "transports/redis/consuming/redissettler.h"
#include "transports/redis/redissockets.h"
#include "transports/redis/topology/redistopology.h"

#include <map>

namespace Qombu::Redis {

// The queues of one Redis database, behind one link: joins the two sockets with the parts that
// publish, claim, settle, restore and look. Hub's thread; owned by its VirtualLink.
class RedisStore final : public Store, private RedisSocketsListener, private RedisClaimerListener
{
public:
    using MakeStream = std::function<std::unique_ptr<ByteStream>(Hub *, ByteStreamListener *)>;
    struct Settings
    {
        RedisOptions options;
        MakeStream makeStream;
        std::chrono::nanoseconds requestTimeout = std::chrono::seconds(10);
        std::chrono::nanoseconds closeTimeout = std::chrono::seconds(3);
        Hub *background = nullptr; // renews leases; null: Hub::background()
    };
    // The ledger is the Connection's and outlives this link.
    RedisStore(Hub *hub, const Settings &settings, std::shared_ptr<RedisLedger> ledger,
               StoreListener *listener);
    ~RedisStore() override;

    void open() override;
    void close() override;

    void bind(const Binding &binding, Done<void> done) override;
    void unbind(const Binding &binding, Done<void> done) override;
    void declare(const Queue &queue, Done<QueueInfo> done) override;
    void inspect(const QString &queue, Done<QueueInfo> done) override;
    void purge(const QString &queue, Done<qint64> done) override;
    void remove(const Queue &queue, Done<qint64> done) override;
    void removeExchange(const Exchange &exchange, Done<void> done) override;

    void publish(std::vector<StorePublish> &&messages) override;
    void get(const QString &queue, bool noAck, Done<std::optional<StoreDelivery>> done) override;
    void watch(quint64 consumer, const QList<Queue> &queues, bool noAck, Done<void> done) override;
    void setRoom(quint64 consumer, int messages, qint64 bytes) override;
    void unwatch(quint64 consumer) override;
    void settle(std::vector<StoreSettle> &&settlements) override;
    void giveBack(std::vector<StoreSettle> &&deliveries) override;
    void putBack(std::vector<StoreDelivery> &&deliveries) override;
    LinkBrowser *browser() override;

private:
    enum State { Fresh, Opening, Open, Closing, Finished };

    void socketsOpened(const QVariantMap &serverProperties) override;
    void socketsFailed(const Error &error) override;
    void listsChanged(const QList<QByteArray> &keys) override;
    void writesBlocked(const QString &reason) override;
    void writesUnblocked() override;
    void socketsNotice(const QString &text) override;

    void claimed(quint64 consumer, std::vector<StoreDelivery> &&batch) override;
    void claimFailed(quint64 consumer, const Error &why) override;
    void putAway(std::vector<ClaimResult::Unreadable> &&messages) override;
    void wasQuarantined(const ClaimResult::Quarantined &message) override;
    void unwanted(ClaimResult &&result) override;
    void leftOver(quint64 consumer, const QStringList &queues) override;
    void wantsToPump() override { endTurnSoon(); }
    void lastClaimEnded() override;
    void contended(const QString &queue, bool contended) override;

    void lookForSafety();
    void endTurnSoon();
    void endTurn();
    void wake(const QString &queue);
    void startKeeping();
    void retire(RedisClaimer &claimer);
    void got(ClaimResult &&result, const Done<std::optional<StoreDelivery>> &done);
    void finishIfAnswered();
    void comeBackWhenAnswered();
    void finish();
    void tellLoss();

    Hub *const m_hub;
    const RedisOptions m_options;
    const std::chrono::nanoseconds m_closeTimeout;
    const RedisKeys m_keys;
    const std::shared_ptr<RedisLedger> m_ledger;
    StoreListener *const m_listener;
    State m_state = Fresh;
    QVariantMap m_serverProperties;

    RedisSockets m_sockets;
    const RedisContext m_context;
    RedisSettler m_settler;
    RedisTopology m_topology;
    RedisPublisher m_publisher;
    RedisFanout m_fanout;
    RedisBrowser m_browser;
    RedisRestore m_restore;
    RedisLeases m_leases;

    std::map<quint64, std::shared_ptr<RedisClaimer>> m_claimers;
    quint64 m_lastWoken = 0; // consumer
    quint64 m_lastServed = 0; // consumer
    int m_safetyLooks = 0;
    HubHandle m_safetyTimer;
    HubHandle m_closeTimer;
    bool m_turnEndScheduled = false;
    bool m_gaveBackRest = false; // while closing
    bool m_isAskingForEnd = false; // while closing
    bool m_isKeeping = false; // leases and sweeps run
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu::Redis
