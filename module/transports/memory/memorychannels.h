// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/memory/memorylink.h"

namespace Qombu {

// Hub's thread; owned by who opened them, and may outlive their link.

class MemoryTopologyChannel final : public TopologyChannel
{
public:
    explicit MemoryTopologyChannel(std::shared_ptr<MemoryPlace> place);

    void declare(const Exchange &exchange, Done<void> done) override;
    void declare(const Queue &queue, Done<QueueInfo> done) override;
    void bind(const Binding &binding, Done<void> done) override;
    void unbind(const Binding &binding, Done<void> done) override;
    void inspect(const QString &queue, Done<QueueInfo> done) override;
    void purge(const QString &queue, Done<qint64> done) override;
    void remove(const Queue &queue, const RemoveOptions &options, Done<qint64> done) override;
    void remove(const Exchange &exchange, const RemoveOptions &options, Done<void> done) override;

private:
    void tellIgnored(const Queue &queue);

    const std::shared_ptr<MemoryPlace> m_place;
};

class MemoryDeliverChannel final : public DeliverChannel
{
public:
    MemoryDeliverChannel(std::shared_ptr<MemoryPlace> place, DeliveryListener *listener);
    ~MemoryDeliverChannel() override;

    void get(const QString &queue, bool noAck, Done<std::optional<IncomingMessage>> done) override;
    void consume(const ConsumeRequest &request, Done<void> done) override;
    void setWindow(int count, qint64 bytes) override;
    void setPaused(bool paused) override;
    void cancel(Done<void> done) override;

private:
    template<typename Change>
    void change(const Change &change);
    void collect();
    void end();

    const std::shared_ptr<MemoryPlace> m_place;
    DeliveryListener *const m_listener;
    quint64 m_consumer = 0; // 0: none
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

class MemoryPublishChannel final : public PublishChannel
{
public:
    MemoryPublishChannel(std::shared_ptr<MemoryPlace> place, PublishListener *listener);

    void publish(std::vector<OutgoingMessage> &&messages) override;

private:
    const std::shared_ptr<MemoryPlace> m_place;
    PublishListener *const m_listener;
    std::vector<PublishOutcome> m_outcomes; // told at the end of the turn
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu
