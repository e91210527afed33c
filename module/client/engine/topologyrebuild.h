// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/engine/linkports.h"

#include <variant>

namespace Qombu {
class Engine;
class WantedTopology;

// Declares on one new link what is wanted, and says when all of it was answered. One entity that is
// refused does not keep the others from being declared. Hub's thread; the Engine owns it.
class TopologyRebuild final : public LinkChannelListener
{
public:
    TopologyRebuild(Engine &engine, const WantedTopology &wanted);
    ~TopologyRebuild() override;

    // finished may be called before this returns.
    void start(Link &link, std::function<void()> finished);

private:
    using Item = std::variant<Exchange, Queue, Binding>;

    void declareAll();
    void declare(size_t index);
    void answered(size_t index, const Error &error);
    void finishIfDone();

    void delivered(std::vector<IncomingMessage> &&messages) override;
    void published(std::vector<PublishOutcome> &&outcomes) override;
    void settledTooLate(quint64 delivery) override;
    void consumerCancelled(quint64 consumer, const Error &why) override;
    void channelClosed(const Error &why) override;

    Engine &m_engine;
    std::vector<std::optional<Item>> m_items; // none: answered
    size_t m_open; // items without an answer
    size_t m_openAtStart = 0;
    bool m_isIssuing = false;
    Link *m_link = nullptr;
    std::unique_ptr<ChannelPort> m_port;
    std::function<void()> m_finished;
};

} // namespace Qombu
