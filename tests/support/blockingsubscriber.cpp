// SPDX-License-Identifier: BSD-3-Clause
#include "support/blockingsubscriber.h"

using namespace Qombu::Redis;

namespace QombuTest {

BlockingSubscriber::BlockingSubscriber(quint16 port)
    : m_sender(port)
{
}

void BlockingSubscriber::ask(const char *command, const QList<QByteArray> &patterns,
                             const CommandSender::Reply &done)
{
    for (qsizetype i = 0; i < patterns.size(); ++i) { // one reply each
        const bool last = i + 1 == patterns.size();
        m_sender.send({command, patterns[i]}, [&done, last](Qombu::Result<RespValue> reply) {
            if (last)
                done(std::move(reply));
        });
    }
    m_sender.answerAll();
}

void BlockingSubscriber::psubscribe(const QList<QByteArray> &patterns, CommandSender::Reply done)
{
    m_patterns << patterns;
    ask("PSUBSCRIBE", patterns, done);
}

void BlockingSubscriber::punsubscribe(const QList<QByteArray> &patterns, CommandSender::Reply done)
{
    for (const QByteArray &pattern : patterns)
        m_patterns.removeOne(pattern);
    ask("PUNSUBSCRIBE", patterns, done);
}

void BlockingSubscriber::receive(int broadcasts)
{
    for (int i = 0; i < broadcasts; ++i) {
        RespValue value = m_sender.receive();
        if (value.items.size() == 4 && value.items[0].text == "pmessage" && receiver)
            receiver(value.items[1].text, value.items[2].text, std::move(value.items[3].text));
    }
}

} // namespace QombuTest
