// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/brokerprocess.h"
#include "transports/redis/redisclient.h"

#include <QSet>

#include <deque>

namespace QombuTest {

// A CommandSender for tests of the parts above it: keeps commands until answerAll(), then sends
// them in one go and calls back in order, on and on until nothing is left to ask. Test's thread.
class BlockingSender : public Qombu::Redis::CommandSender
{
public:
    // database: SELECTed before the first command.
    explicit BlockingSender(quint16 port, int database = 0);
    ~BlockingSender() override;

    void send(Qombu::Redis::RespCommand command, Reply done) override;
    void run(const Qombu::Redis::Script &script, Qombu::Redis::RespCommand keys,
             Qombu::Redis::RespCommand arguments, Reply done) override;
    bool hasFailed() const override { return !isConnected(); }

    // Sends what was given so far and what the replies ask for.
    void answerAll();
    // One write and its replies only: what the callbacks send waits.
    void answerOnce();

    // One value that the server sends unasked: a broadcast.
    Qombu::Redis::RespValue receive() { return readReply(); }

    int commands() const { return m_commands; } // sent so far, MULTI and EXEC included
    QList<QByteArray> names() const { return m_names; } // of the commands sent so far
    bool isConnected() const { return m_context != nullptr; }
    void disconnect() { m_context.reset(); } // every later command gets Error::Connection

private:
    struct FreeContext
    {
        void operator()(redisContext *context) const;
    };
    Qombu::Redis::RespValue readReply();

    std::unique_ptr<redisContext, FreeContext> m_context;
    QByteArray m_output;
    struct Waiting
    {
        QByteArray name;
        Reply done;
    };
    std::deque<Waiting> m_waiting;
    QSet<QByteArray> m_loaded; // SHA1s
    QList<QByteArray> m_names;
    int m_commands = 0;
};

} // namespace QombuTest
