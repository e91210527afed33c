// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/channels.h"

#include <map>

namespace Qombu {
class Engine;

// Fetches single messages for all channels of one Connection. Hub's thread; the Engine owns it.
class Getter final : public DeliveryListener
{
public:
    explicit Getter(Engine &engine);
    ~Getter() override;

    void get(const QString &queue, Done<std::optional<IncomingMessage>> done); // there is a link
    void linkDown();
    // Deliveries up to this number ended with a channel.
    quint64 deadUpTo() const { return m_deadUpTo; }

private:
    void delivered(std::vector<IncomingMessage> &&) override {}
    void consumerCancelled(const QString &, const Error &) override {}
    void channelClosed(const Error &why) override;

    Engine &m_engine;
    std::unique_ptr<DeliverChannel> m_channel; // made at the first get() on a link
    std::map<quint64, Done<std::optional<IncomingMessage>>> m_waiting;
    quint64 m_lastWaiting = 0;
    quint64 m_deadUpTo = 0;
};

} // namespace Qombu
