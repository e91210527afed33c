// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/link.h"

#include <Qombu/hub.h>

#include <map>

namespace Qombu {

// The requests of Channels and Browsers: each waits for the link, is sent once, and ends exactly
// once: by its answer, its deadline, or the loss of the link it was sent on. Hub's thread; the
// Engine owns it.
class RequestQueue
{
public:
    RequestQueue(Hub *hub, std::chrono::milliseconds timeout, std::function<Error()> lastError);
    ~RequestQueue();

    // send is called when there is a link; owner is who can fail it by failOwner().
    template<typename T>
    void add(quint64 owner, std::function<void(Done<T>)> send, Done<T> answer)
    {
        const quint64 id = ++m_lastId;
        const Done<T> finish = [this, alive = std::weak_ptr(m_alive), id,
                                answer](Result<T> result) {
            if (alive.lock() && m_requests.erase(id) > 0)
                answer(std::move(result));
        };
        insert(
            id, owner, [send = std::move(send), finish] { send(finish); },
            [finish](const Error &error) { finish(error); });
    }

    bool hasOwner(quint64 owner) const;
    void linkReady();
    void linkLost(const Error &error); // fails those that were sent
    void failOwner(quint64 owner, const Error &error); // those of it that were sent
    void failAll(const Error &error);

private:
    struct Request
    {
        quint64 owner;
        std::function<void()> send; // null: sent
        std::function<void(const Error &)> fail;
        HubHandle deadline;
    };

    void insert(quint64 id, quint64 owner, std::function<void()> send,
                std::function<void(const Error &)> fail);
    void fail(const Error &error, const std::function<bool(const Request &)> &condition);
    void expire(quint64 id);

    Hub *const m_hub;
    const std::chrono::milliseconds m_timeout;
    const std::function<Error()> m_lastError; // of connecting
    std::shared_ptr<char> m_alive = std::make_shared<char>();
    std::map<quint64, Request> m_requests; // in order of asking
    quint64 m_lastId = 0;
    bool m_hasLink = false;
};

// The text for a request that nobody answered, with the reason if there is one.
Error requestTimedOut(std::chrono::milliseconds timeout, const Error &lastError);

} // namespace Qombu
