// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/brokersession.h"
#include "broker/messagerecord.h"

namespace Qombu::Inspector {

// Takes messages out of a queue, because somebody asked for exactly that: either for good, or
// holding them until they are given back or acknowledged. Ends by itself after a number of
// messages.
class ConsumeRun : public QObject
{
    Q_OBJECT
public:
    enum Mode { TakeAway, HoldAndGiveBack };
    enum State { Idle, Running, Holding };

    ConsumeRun(BrokerSession *session, const QString &queue, QObject *parent = nullptr);
    ~ConsumeRun() override; // gives back what is held

    Error start(Mode mode, int limit); // refused: says why
    void stop(); // no more messages; what is held stays held
    void giveBack();
    void acknowledgeHeld();

    State state() const { return m_state; }
    Mode mode() const { return m_mode; }
    int taken() const; // when taking away, without those that could not be settled
    int unsettled() const { return m_unsettled; } // settled, and unacked at the broker all the same
    int held() const { return int(m_held.size()); }
    int undecodable() const { return m_undecodable; }

Q_SIGNALS:
    void received(const Qombu::Inspector::MessageRecord &record);
    void changed();
    void failed(const Qombu::Error &error);
    void notSettled(const QString &why); // unsettled() has grown

private:
    void addUnsettled(qint64 count, const QString &why);
    void take(const Message &message);
    void takeUndecodable(const Message &message);

    BrokerSession *m_session;
    QString m_queue;
    std::unique_ptr<Consumer> m_consumer;
    QList<Message> m_held;
    Mode m_mode = HoldAndGiveBack;
    State m_state = Idle;
    int m_limit = 0;
    int m_taken = 0;
    int m_undecodable = 0;
    int m_unsettled = 0;
};

} // namespace Qombu::Inspector
