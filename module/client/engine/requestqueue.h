// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/commands.h"
#include "client/courier/events.h"
#include "port/messages.h"

#include <Qombu/hub.h>

#include <map>

namespace Qombu {
class Engine;

// The requests of Channels and Browsers: each waits for the link, is sent once, and ends exactly
// once: by its answer, its deadline, or the loss of the link it was sent on. Hub's thread; the
// Engine owns it.
class RequestQueue
{
public:
    explicit RequestQueue(Engine &engine);
    ~RequestQueue();

    void add(Order::Request &&request);
    void linkReady();
    void linkLost(const Error &error); // fails those that were sent
    void failAll(const Error &error);

private:
    class Sender;
    struct Request
    {
        std::optional<Ask::Question> question; // none: sent
        HubHandle deadline;
        std::shared_ptr<void> hold; // publishes that follow a declaration wait for its answer
    };

    void send(quint64 ticket, Ask::Question &&question);
    void fail(const Error &error, bool onlySent);
    void end(quint64 ticket, News::Answer::Value &&value); // once
    void fetched(quint64 ticket, Result<std::optional<IncomingMessage>> &&result);
    template<typename T>
    Done<T> answer(quint64 ticket);

    Engine &m_engine;
    std::map<quint64, Request> m_requests; // in order of asking: tickets rise
    bool m_hasLink = false;
};

// The text for a request that nobody answered, with the reason if there is one.
Error requestTimedOut(std::chrono::milliseconds timeout, const Error &lastError);

} // namespace Qombu
