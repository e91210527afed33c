// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisclient.h"

#include <deque>

namespace QombuTest {

// A CommandSender whose server is the test: keeps every request until the test answers it. Test's
// thread.
class ScriptedSender : public Qombu::Redis::CommandSender
{
public:
    struct Request
    {
        QByteArray name; // of the command or the script
        QByteArrayList keys; // of a script
        QByteArrayList words; // arguments; of a command its name, too
        Reply done;
    };

    void send(Qombu::Redis::RespCommand command, Reply done) override;
    void run(const Qombu::Redis::Script &script, Qombu::Redis::RespCommand keys,
             Qombu::Redis::RespCommand arguments, Reply done) override;

    bool hasFailed() const override { return isLost; }

    // Answers the oldest request.
    void answer(Qombu::Redis::RespValue reply);
    void refuse(const Qombu::Error &error);
    QByteArrayList names() const; // of what waits for an answer

    std::deque<Request> requests;
    bool isLost = false; // there is no connection any more
};

// Replies.
Qombu::Redis::RespValue nil();
Qombu::Redis::RespValue number(qint64 value);
Qombu::Redis::RespValue bulk(const QByteArray &text);
Qombu::Redis::RespValue array(std::vector<Qombu::Redis::RespValue> items = {});

} // namespace QombuTest
