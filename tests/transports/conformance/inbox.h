// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/consumer.h>

#include <vector>

namespace QombuTest {

// A started consumer and what it delivered, in order. Test's thread.
class Inbox : public QObject
{
    Q_OBJECT
public:
    explicit Inbox(std::unique_ptr<Qombu::Consumer> consumer);
    ~Inbox() override;

    Qombu::Consumer *consumer() const { return m_consumer.get(); }
    void dropConsumer() { m_consumer.reset(); }
    bool isConsuming() const { return m_consumer->state() == Qombu::Consumer::Consuming; }

    qsizetype count() const { return qsizetype(messages.size()); }
    QString texts() const; // "a b c"; redelivered ones as "a!"
    QString sortedTexts() const;
    void ackAll();
    void keepAcking(); // what is there and what comes

    std::vector<Qombu::Message> messages;
    std::vector<Qombu::Message> undecodable;
    QList<Qombu::Error> errors; // of decoding
    QList<Qombu::Error> failures; // of consuming

private:
    bool m_acksAtOnce = false;
    std::unique_ptr<Qombu::Consumer> m_consumer;
};

QString textOf(const Qombu::Message &message); // "a", or "a!" if it was redelivered
QString textsOf(const QList<Qombu::Message> &messages);

} // namespace QombuTest
