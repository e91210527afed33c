// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/blockingsender.h"

namespace QombuTest {

// A Subscriber for tests of the parts above it: subscribes at once and hands on broadcasts when the
// test asks for them. Test's thread.
class BlockingSubscriber : public Qombu::Redis::Subscriber
{
public:
    explicit BlockingSubscriber(quint16 port);

    void psubscribe(const QList<QByteArray> &patterns,
                    Qombu::Redis::CommandSender::Reply done) override;
    void punsubscribe(const QList<QByteArray> &patterns,
                      Qombu::Redis::CommandSender::Reply done) override;

    // Waits for so many broadcasts and hands them on; one for each pattern that fits counts.
    void receive(int broadcasts);
    std::function<void(const QByteArray &pattern, const QByteArray &channel, QByteArray &&payload)>
        receiver;
    QList<QByteArray> patterns() const { return m_patterns; } // in force, in order

private:
    void ask(const char *command, const QList<QByteArray> &patterns,
             const Qombu::Redis::CommandSender::Reply &done);

    BlockingSender m_sender;
    QList<QByteArray> m_patterns;
};

} // namespace QombuTest
