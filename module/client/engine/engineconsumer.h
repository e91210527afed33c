// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/commands.h"
#include "client/engine/backoff.h"
#include "client/engine/intake.h"

#include <Qombu/consumer.h>
#include <Qombu/hub.h>

namespace Qombu {
class Engine;

// Of a binding of that queue, as a consumer named it.
using IsRemoved = std::function<bool(const Queue &, const Binding &)>;

// The engine's side of one start() of a Consumer: needs its queues and consumes on every link,
// takes in what arrives, tries again what failed for now. Hub's thread; the Engine owns it.
class EngineConsumer final : public Intake
{
public:
    EngineConsumer(Engine &engine, quint64 id, const ConsumerWish &wish);

    void linkReady();
    void linkDown();

    void obey(const Order::Tune &order);
    void stopFetching(); // the connection is closing
    void closingEnded();
    // There is no prefetch window for AckMode::None.
    void obey(const Order::Took &order) { took(order.messages); }
    // A message died unsettled.
    void abandoned(const DeliveryKey &key);
    // Deliveries up to this number ended with a channel of this consumer.
    quint64 deadUpTo() const { return m_deadUpTo; }
    // A channel of ours removed it, or the broker gave it another name.
    void queueRemoved(const QString &name);
    void bindingsRemoved(const IsRemoved &isRemoved);
    void queueNamed(const QString &before, const QString &name);

    // First half: nothing is fetched any more; the handle is told when nothing can come after it.
    void obey(const Order::CancelConsumer &) { cancel(); }
    // Second half: what the handle never delivered goes back.
    void finishCancel(std::vector<quint64> &&undelivered);

private:
    enum class State {
        NoLink,
        Declaring,
        Subscribing,
        Consuming,
        RetryWait,
        Dead,
        Cancelling,
        Cancelled
    };

    void cancel();
    void begin();
    void declareQueues();
    void queueDeclared(const Error &error);
    void subscribe();
    void subscribed(const Error &error);
    void standBy(const Error &why);
    void failed(const Error &error);
    void endOrRetry(bool again);
    void endedByBroker(const Error &why, bool again);
    void stopDeclaring();
    void endAttempt();
    void drained();
    void throttleChanged() override { balance(); }
    void balance();
    void sendWindow(); // if it changed since the broker was told
    void leave(const QList<Queue> &queues, const QString &name);
    QList<Queue> queuesCalled(const QString &name) const; // now
    void reportState(Consumer::State state);
    QString firstQueue() const;

    void consumerCancelled(const QString &queue, const Error &why) override;
    void channelClosed(const Error &why) override;

    Engine &m_engine;
    const quint64 m_id;
    ConsumerWish m_wish;
    std::unique_ptr<DeliverChannel> m_channel;
    State m_state = State::NoLink;
    int m_declaring = 0;
    std::shared_ptr<char> m_attempt; // answers to those before do not count
    std::shared_ptr<void> m_hold; // publishes wait until the first attempt on a link has ended
    HubHandle m_timer; // of the attempt, or until the next one
    Backoff m_backoff;
    quint64 m_deadUpTo = 0;
    Error m_lastClosing; // of its channel, with nothing delivered since
    int m_abandoned = 0; // on this link
    bool m_isClosing = false;
    bool m_hasConsumed = false; // on this link or an earlier one
    bool m_isWindowNew = false;
    bool m_isStandingBy = false; // an exclusive one; that was told
    bool m_warned = false;
};

} // namespace Qombu
