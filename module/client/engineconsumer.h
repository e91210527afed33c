// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/broadcastroom.h"
#include "client/deliveryowner.h"
#include "client/readahead.h"
#include "content/contentcodec.h"

#include <Qombu/consumer.h>
#include <Qombu/hub.h>

namespace Qombu {

// What a Consumer asks for.
struct ConsumerWish
{
    QList<Queue> queues;
    AckMode ackMode = AckMode::Manual;
    int prefetchCount = 16;
    qint64 prefetchBytes = 16 << 20;
    QStringList accept;
    bool declaresQueues = true;
    bool isPaused = false;
};

// The engine's side of one start() of a Consumer: declares and consumes on every link, decodes what
// arrives, tries again what failed for now. Hub's thread; the Engine owns it.
class EngineConsumer final : public DeliveryOwner, public LinkChannelListener
{
public:
    EngineConsumer(Engine &engine, quint64 id, const ConsumerWish &wish);
    ~EngineConsumer() override;

    void linkReady();
    void linkDown();

    void setPrefetch(int count, qint64 bytes);
    void setPaused(bool paused);
    void stopFetching(); // the connection is closing
    void closingEnded();
    // The user got so many messages of AckMode::None, for which there is no prefetch window.
    void took(int messages);

    // First half: nothing is fetched any more; the handle is told when nothing can come after it.
    void cancel();
    // Second half: the handle never delivered these.
    void finishCancel(const std::vector<quint64> &undelivered, Done<void> done);

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

    void begin();
    void declareQueues();
    void queueDeclared(const Error &error);
    void subscribe();
    void subscribed(const Error &error);
    void failed(const Error &error);
    void endAttempt();
    void drained();
    void balance();
    void putBackAhead();
    bool takeBroadcast(const IncomingMessage &message); // false: there is no room
    void reportState(Consumer::State state);

    void heldNothing() override;
    void abandonedOne(int inAll) override;
    void broadcastReleased(qint64 bytes) override;
    void delivered(std::vector<IncomingMessage> &&messages) override;
    void published(std::vector<PublishOutcome> &&outcomes) override;
    void settledTooLate(quint64 delivery) override;
    void consumerCancelled(quint64 consumer, const Error &why) override;
    void channelClosed(const Error &why) override;

    ConsumerWish m_wish;
    const ContentCodec::AcceptList m_accept;
    State m_state = State::NoLink;
    int m_declaring = 0;
    std::shared_ptr<void> m_hold; // publishes wait until the first attempt on a link has ended
    HubHandle m_timer; // of the attempt, or until the next one
    std::chrono::milliseconds m_retryDelay;
    std::vector<quint64> m_leftover; // arrived while cancelling
    ReadAhead m_ahead; // AckMode::None
    BroadcastRoom m_broadcasts; // those that the user has not done with
    bool m_isThrottled = false;
    bool m_isFinished = false; // cancelled to the end
    bool m_isClosing = false;
    bool m_warned = false;
};

} // namespace Qombu
