// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redissocket.h"

#include <Qombu/brokernotice.h>

#include <QVariantMap>

namespace Qombu::Redis {

// Who hears of the two sockets. May destroy them inside every call.
class RedisSocketsListener
{
public:
    virtual ~RedisSocketsListener();
    virtual void socketsOpened(const QVariantMap &serverProperties) = 0;
    virtual void socketsFailed(const Error &error) = 0; // once
    virtual void listsChanged(const QList<QByteArray> &keys) = 0; // empty: all may have
    // Once for each pattern that fits.
    virtual void broadcast(const QByteArray &pattern, const QByteArray &channel,
                           QByteArray &&payload) = 0;
    virtual void writesBlocked(const QString &reason) = 0;
    virtual void writesUnblocked() = 0;
    virtual void socketsNotice(const BrokerNotice &notice) = 0;
};

// The two sockets of one link, commands and push, which live and die together: without the push
// socket the command socket would never hear of a new message. Commands go to their socket without
// passing here. Hub's thread; owned by RedisLink.
class RedisSockets final : public Subscriber, private RedisSocketListener
{
public:
    RedisSockets(Hub *hub, const RedisLinkSettings &settings, RedisSocketsListener *listener);
    ~RedisSockets() override;

    void open();
    // Whether listsChanged() comes; without it queues have to be polled.
    bool isTracking() const { return m_tracking; }
    std::size_t unanswered() const;
    CommandSender &commands() { return m_commands; } // once they are open

    void psubscribe(const QList<QByteArray> &patterns, CommandSender::Reply done) override;
    void punsubscribe(const QList<QByteArray> &patterns, CommandSender::Reply done) override;

private:
    enum State { Fresh, Opening, Open, Failed };

    void socketReady() override;
    void socketMessage(RespValue &&message) override;
    void socketRefused(const ReplyError &why) override;
    void socketFailed(const Error &error) override { fail(error); }

    void startTracking();
    void loadScripts();
    void askServer();
    void opened();
    void fail(const Error &error);
    void probe(int key);
    void unblockOnTrial();
    void unblock();
    void subscription(const char *command, const QList<QByteArray> &patterns,
                      CommandSender::Reply done);

    Hub *const m_hub;
    const RedisOptions m_options;
    RedisSocketsListener *const m_listener;
    State m_state = Fresh;
    RedisSocket m_commands;
    RedisSocket m_push;
    QVariantMap m_serverProperties;
    bool m_tracking = false;
    bool m_blocked = false;
    HubHandle m_probeTimer;
    int m_probes = 0; // of this block
    int m_patience = 4; // so many that may not be made stand for a yes
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu::Redis
