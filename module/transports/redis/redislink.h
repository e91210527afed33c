// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/transport.h"
#include "transports/redis/browsing/redisbrowser.h"
#include "transports/redis/consuming/redisclaimer.h"
#include "transports/redis/consuming/redisfanout.h"
#include "transports/redis/consuming/redisleases.h"
#include "transports/redis/consuming/redisrestore.h"
#include "transports/redis/consuming/redissettler.h"
#include "transports/redis/recovery/redisrecovery.h"
#include "transports/redis/redissockets.h"
#include "transports/redis/topology/bindingkeeper.h"
#include "transports/redis/topology/queuelives.h"

#include <map>
#include <set>

namespace Qombu::Redis {

// One link to one Redis database: joins the two sockets with the parts that publish, claim, settle,
// restore and look. Hub's thread.
class RedisLink final : public Link, private RedisSocketsListener, private RedisHost
{
public:
    // The ledger is the Connection's and outlives this link.
    RedisLink(const LinkSetup &setup, const RedisLinkSettings &settings,
              std::shared_ptr<RedisLedger> ledger);
    ~RedisLink() override;

    static Capabilities allCapabilities();

    void open() override;
    void close() override;
    std::unique_ptr<TopologyChannel> openTopology() override;
    std::unique_ptr<DeliverChannel> openDeliver(DeliveryListener *listener) override;
    std::unique_ptr<PublishChannel> openPublish(PublishListener *listener) override;
    void settle(std::vector<SettleRequest> &&requests) override;
    void giveBack(std::vector<quint64> &&deliveries) override;
    void putBack(std::vector<IncomingMessage> &&messages) override;
    LinkBrowser *browser() override { return &m_browser; }
    LinkRecovery *recovery() override { return &m_recovery; }
    Capabilities capabilities() const override { return allCapabilities(); }

private:
    enum State { Fresh, Opening, Open, Closing, Finished };

    void socketsOpened(const QVariantMap &serverProperties) override;
    void socketsFailed(const Error &error) override;
    void listsChanged(const QList<QByteArray> &keys) override;
    void broadcast(const QByteArray &pattern, const QByteArray &channel,
                   QByteArray &&payload) override;
    void writesBlocked(const QString &reason) override;
    void writesUnblocked() override;
    void socketsNotice(const BrokerNotice &told) override { notice(told); }

    void notice(const BrokerNotice &notice) override;
    void settledTooLate(quint64 delivery) override;
    void wantsTurnEnd() override;

    bool isUsable() const override { return m_state == Open; }
    bool isTracking() const override { return m_sockets.isTracking(); }
    void keepHeld() override;
    void served(quint64 claimer) override { m_lastServed = claimer; }
    void leftOver(quint64 claimer, const QStringList &queues) override;
    void ended(quint64 claimer) override { m_claimers.erase(claimer); }

    void opened();
    void lookForSafety();
    void endTurn();
    void tellNotices();
    void wake(const QString &queue);
    void leaseLost(quint64 delivery);
    void endClaimers();
    void finishIfAnswered();
    void comeBackWhenAnswered();
    void finish();
    void tellLoss(bool isClosing);

    Hub *const m_hub;
    LinkListener *const m_listener;
    const RedisOptions m_options;
    const std::chrono::nanoseconds m_closeTimeout;
    const RedisKeys m_keys;
    const std::shared_ptr<RedisLedger> m_ledger;
    RedisDeclarations m_declared;
    State m_state = Fresh;
    QVariantMap m_serverProperties;
    bool m_areSocketsOpen = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);

    RedisSockets m_sockets;
    const RedisContext m_context;
    RedisSettler m_settler;
    RedisFanout m_fanout;
    RedisBrowser m_browser;
    RedisRecovery m_recovery;
    RedisRestore m_restore;
    RedisLeases m_leases;
    BindingKeeper m_bindings;
    QueueLives m_lives;

    std::map<quint64, RedisClaimer *> m_claimers; // by number; those that have not ended
    quint64 m_lastClaimer = 0;
    quint64 m_lastWoken = 0;
    quint64 m_lastServed = 0;
    std::vector<BrokerNotice> m_notices; // of this turn
    std::set<QString> m_toldDegraded; // texts
    int m_safetyLooks = 0;
    HubHandle m_safetyTimer;
    HubHandle m_closeTimer;
    bool m_turnEndScheduled = false;
    bool m_gaveBackRest = false; // while closing
    bool m_isAskingForEnd = false; // while closing
    bool m_isKeeping = false; // leases and sweeps run
    QString m_blockedBecause; // why the server refuses writes; null: it does not
};

} // namespace Qombu::Redis
