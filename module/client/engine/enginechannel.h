// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/courier.h"
#include "client/engine/deliveryowner.h"
#include "client/engine/requestqueue.h"

namespace Qombu {

// The engine's side of one Channel: a LinkChannel made when it is first needed on each link. Hub's
// thread; the Engine owns it.
class EngineChannel final : public DeliveryOwner, public LinkChannelListener
{
public:
    EngineChannel(Engine &engine, quint64 id);
    ~EngineChannel() override;

    void declare(const Exchange &exchange, Done<void> answer);
    void declare(const Queue &queue, Done<QueueInfo> answer);
    void bind(const Binding &binding, Done<void> answer);
    void unbind(const Binding &binding, Done<void> answer);
    void inspect(const QString &queue, Done<QueueInfo> answer);
    void purge(const QString &queue, Done<qint64> answer);
    void remove(const Queue &queue, Done<qint64> answer);
    void remove(const Exchange &exchange, Done<void> answer);
    void get(const QString &queue, bool noAck, Done<std::optional<FetchedMessage>> answer);

    void linkDown();
    // The handle is gone: lives until its messages are settled.
    void release();

private:
    template<typename T>
    void request(std::function<void(ChannelPort &, Done<T>)> send, Done<T> answer);
    // As request(); publishes wait for its end.
    template<typename T>
    void requestBeforePublishing(std::function<void(ChannelPort &, Done<T>)> send, Done<T> answer);

    void heldNothing() override;
    void abandonedOne(int inAll) override;
    void broadcastReleased(qint64 bytes) override;
    void delivered(std::vector<IncomingMessage> &&messages) override;
    void published(std::vector<PublishOutcome> &&outcomes) override;
    void settledTooLate(quint64 delivery) override;
    void consumerCancelled(quint64 consumer, const Error &why) override;
    void channelClosed(const Error &why) override;

    bool m_isReleased = false;
};

} // namespace Qombu
