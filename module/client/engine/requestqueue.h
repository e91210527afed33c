// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/commands.h"
#include "client/courier/events.h"
#include "port/channels.h"

#include <Qombu/hub.h>

#include <map>

namespace Qombu {
class Engine;

// The requests of Channels, Browsers and Recoveries: each waits for the link, is sent once, and
// ends exactly once: by its answer, its deadline, or the loss of the link (of a get() also the
// channel) it was sent on. Hub's thread; the Engine owns it.
class RequestQueue final : public DeliveryListener
{
public:
    explicit RequestQueue(Engine &engine);

    void add(Order::Request &&request);
    void linkReady();
    void linkLost(const Error &error); // fails those that were sent
    void failAll(const Error &error);
    // Deliveries of get() up to this number ended with its channel.
    quint64 deadUpTo() const { return m_deadUpTo; }

private:
    class Answering;
    struct Asking;
    struct Request
    {
        std::optional<Ask::Question> question; // none: sent
        bool fetches = false;
        HubHandle deadline;
        std::shared_ptr<void> hold; // publishes that follow a declaration wait for its answer
    };

    void send(quint64 ticket, const Ask::Question &question);
    DeliverChannel &fetching();
    template<typename Condition>
    void failIf(const Condition &condition, const Error &error);
    void end(quint64 ticket, News::Answer::Value &&value); // once
    void fetched(quint64 ticket, Result<std::optional<IncomingMessage>> &&result);

    void delivered(std::vector<IncomingMessage> &&) override {}
    void consumerCancelled(const QString &, const Error &) override {}
    void channelClosed(const Error &why) override;

    Engine &m_engine;
    std::map<quint64, Request> m_requests; // in order of asking: tickets rise
    bool m_hasLink = false;
    std::unique_ptr<DeliverChannel> m_fetching; // made at the first get() on a link
    quint64 m_deadUpTo = 0;
};

// The text for a request that nobody answered, with the reason if there is one.
Error requestTimedOut(std::chrono::milliseconds timeout, const Error &lastError);

} // namespace Qombu
