// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisscripts.h"
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
    virtual void writesBlocked(const QString &reason) = 0;
    virtual void writesUnblocked() = 0;
    virtual void socketsNotice(const BrokerNotice &notice) = 0;
};

// The two sockets of one link, commands and push, which live and die together: without the push
// socket the command socket would never hear of a new message. Commands go to their socket without
// passing here. Hub's thread; owned by RedisLink.
class RedisSockets final : public Subscriber
{
public:
    struct Settings
    {
        StreamMaker makeStream;
        SessionSettings session; // the role is set here
        std::chrono::nanoseconds connectTimeout = std::chrono::seconds(5);
        bool tracking = true;
        QByteArray probeKey; // written to (nothing) to see whether writes are possible again
        std::vector<const Script *> scripts; // loaded when the link opens
    };
    RedisSockets(Hub *hub, Settings settings, RedisSocketsListener *listener);
    ~RedisSockets() override;

    void open();
    // Whether listsChanged() comes; without it queues have to be polled.
    bool isTracking() const { return m_tracking; }
    std::size_t unanswered() const;
    CommandSender &commands() { return m_commands.socket; } // once they are open

    void psubscribe(const QList<QByteArray> &patterns, CommandSender::Reply done) override;
    void punsubscribe(const QList<QByteArray> &patterns, CommandSender::Reply done) override;
    void setReceiver(Receiver receiver) override { m_receiver = std::move(receiver); }

private:
    enum State { Fresh, Opening, Open, Failed };

    // One of the two; tells the owner which of them speaks.
    class End final : public RedisSocketListener
    {
    public:
        End(RedisSockets *owner, SocketRole role);
        void socketReady() override { m_owner->ready(); }
        void socketMessage(RespValue &&message) override { m_owner->message(std::move(message)); }
        void socketRefused(const ReplyError &why) override { m_owner->refused(why); }
        void socketFailed(const Error &error) override { m_owner->fail(error); }
        RedisSocket socket;

    private:
        RedisSockets *const m_owner;
    };

    void ready();
    void startTracking();
    void loadScripts();
    void askServer();
    void opened();
    void message(RespValue &&message);
    void fail(const Error &error);
    void refused(const ReplyError &why);
    void probe();
    void unblock();
    void subscription(const char *command, const QList<QByteArray> &patterns,
                      CommandSender::Reply done);

    Hub *const m_hub;
    const Settings m_settings;
    RedisSocketsListener *const m_listener;
    State m_state = Fresh;
    End m_commands;
    End m_push;
    Receiver m_receiver;
    QVariantMap m_serverProperties;
    bool m_tracking = false;
    bool m_blocked = false;
    HubHandle m_probeTimer;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu::Redis
