// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/requestqueue.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>

namespace Qombu {

Error requestTimedOut(std::chrono::milliseconds timeout, const Error &lastError)
{
    const QString text =
        QCoreApplication::translate("Qombu::Connection", "The broker did not answer within %1 ms.")
            .arg(timeout.count());
    return Error(Error::Timeout,
                 lastError.isError() ? QString(text % QLatin1Char(' ') % lastError.text()) : text)
        .withRecoverable(true);
}

RequestQueue::RequestQueue(Hub *hub, std::chrono::milliseconds timeout,
                           std::function<Error()> lastError)
    : m_hub(hub)
    , m_timeout(timeout)
    , m_lastError(std::move(lastError))
{
}

RequestQueue::~RequestQueue() = default;

void RequestQueue::insert(quint64 id, quint64 owner, std::function<void()> send,
                          std::function<void(const Error &)> fail)
{
    Request request{owner, nullptr, std::move(fail), {}};
    request.deadline = m_hub->callLater(m_timeout, [this, id] { expire(id); });
    if (!m_hasLink)
        request.send = std::move(send);
    m_requests.emplace(id, std::move(request));
    if (m_hasLink)
        send(); // may end it
}

bool RequestQueue::hasOwner(quint64 owner) const
{
    return std::any_of(m_requests.begin(), m_requests.end(),
                       [owner](const auto &entry) { return entry.second.owner == owner; });
}

void RequestQueue::linkReady()
{
    m_hasLink = true;
    std::vector<std::function<void()>> waiting;
    for (auto &[id, request] : m_requests) {
        if (request.send)
            waiting.push_back(std::exchange(request.send, nullptr));
    }
    for (const auto &send : waiting)
        send();
}

void RequestQueue::linkLost(const Error &error)
{
    m_hasLink = false;
    fail(error, [](const Request &request) { return !request.send; });
}

void RequestQueue::failOwner(quint64 owner, const Error &error)
{
    fail(error,
         [owner](const Request &request) { return request.owner == owner && !request.send; });
}

void RequestQueue::failAll(const Error &error)
{
    fail(error, [](const Request &) { return true; });
}

void RequestQueue::fail(const Error &error, const std::function<bool(const Request &)> &condition)
{
    std::vector<std::function<void(const Error &)>> failing;
    for (const auto &[id, request] : m_requests) {
        if (condition(request))
            failing.push_back(request.fail);
    }
    for (const auto &call : failing)
        call(error);
}

void RequestQueue::expire(quint64 id)
{
    const auto found = m_requests.find(id);
    if (found == m_requests.end())
        return;
    const auto call = found->second.fail; // erases it
    call(requestTimedOut(m_timeout, m_lastError()));
}

} // namespace Qombu
