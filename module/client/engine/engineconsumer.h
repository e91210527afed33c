// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/commands.h"
#include "client/engine/backoff.h"
#include "client/engine/consumerqueues.h"
#include "client/engine/intake.h"
#include "client/engine/queuedeclarer.h"
#include "client/engine/refusal.h"

#include <Qombu/consumer.h>
#include <Qombu/hub.h>

namespace Qombu {
class Engine;

// The engine's side of one start() of a Consumer: needs its queues and consumes on every link,
// takes in what arrives, tries again what failed for now. Hub's thread; the Engine owns it.
class EngineConsumer final : public Intake
{
public:
    EngineConsumer(Engine &engine, quint64 id, const ConsumerWish &wish);

    void linkReady();
    void releasePublishes() { m_hold.reset(); } // which wait for its first attempt
    void linkDown();
    void gaveUp(const Error &error); // nobody tries to connect any more

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
    void declare(const QList<Queue> &queues, void (EngineConsumer::*then)());
    void queueDeclared(const Queue &queue, const Error &error);
    void declareLate();
    void arm(void (EngineConsumer::*late)());
    void subscribe();
    void subscribeLate();
    ConsumeRequest requestFor(const QList<Queue> &queues) const;
    void subscribed(const Error &error);
    bool mayDeclareAgain(const QList<Queue> &queues, const Error &error);
    void goOn();
    void rejoinLater();
    void rejoined();
    void consumeAlso();
    void consumedAlso(const Error &error);
    void cancelToJoin();
    void beginAnew();
    void refuse(const Queue &queue, const Error &error, Refusal::Consequence consequence);
    void failed(const Error &error, Refusal::Consequence consequence);
    void tellFailure(const Error &error);
    void end();
    void retry();
    bool hasWorked();
    void dropChannels();
    void endAttempt();
    void endedByBroker(const Error &why, Refusal::Consequence consequence);
    void drained();
    void throttleChanged() override { balance(); }
    void balance();
    void sendWindow(); // if it changed since the broker was told
    void leave(const QList<Queue> &queues, const QString &name);
    QString nameOf(const Queue &queue) const; // now
    QList<Queue> queuesCalled(const QString &name) const; // now
    QList<Queue> queuesIn(const Error &error) const; // that it names
    void reportState(Consumer::State state);
    QString firstQueue() const;

    void consumerCancelled(const QString &queue, const Error &why) override;
    void channelClosed(const Error &why) override;

    Engine &m_engine;
    const quint64 m_id;
    ConsumerWish m_wish;
    ConsumerQueues m_queues; // of the wish
    QueueDeclarer m_declarer;
    std::unique_ptr<DeliverChannel> m_channel;
    std::unique_ptr<DeliverChannel> m_next; // which is to take its place, with more queues
    std::unique_ptr<DeliverChannel> m_leaving; // whose place was taken
    State m_state = State::NoLink;
    QStringList m_declaredAgain; // names, since it last consumed
    QList<Queue> m_joining; // absent ones that were declared
    void (EngineConsumer::*m_whenDeclared)() = nullptr;
    std::shared_ptr<void> m_hold; // publishes wait until the first attempt on a link has ended
    HubHandle m_timer; // of the attempt, or until the next one
    std::optional<Hub::TimePoint> m_consumingSince; // on this link
    std::vector<Error> m_told; // since it last worked
    Backoff m_backoff;
    quint64 m_deadUpTo = 0;
    Error m_lastClosing; // of its channel, with nothing delivered since
    int m_abandoned = 0; // on this link
    bool m_isClosing = false;
    bool m_hasConsumed = false; // on this link or an earlier one
    bool m_isWindowNew = false;
    bool m_isRejoining = false; // or about to
    bool m_isEndTold = false; // cancelledByBroker, since it last consumed
    bool m_warned = false;
};

} // namespace Qombu
