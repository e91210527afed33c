// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/result.h>

#include <QtCore/qfuture.h>
#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>
#include <QtCore/qpromise.h>

#include <chrono>
#include <functional>
#include <memory>

namespace Qombu {
template<typename T>
class Resolver;

namespace Detail {

// Turns this thread's event loop until done() or the deadline; false at the deadline.
QOMBU_EXPORT bool waitUntil(const std::function<bool()> &done, std::chrono::milliseconds timeout,
                            std::function<void()> &wake);
// Calls f from context's event loop, unless context is gone by then.
QOMBU_EXPORT void callLater(const QObject *context, std::function<void()> f);
QOMBU_EXPORT Error waitTimedOut(std::chrono::milliseconds timeout);
QOMBU_EXPORT Error resolverDropped();

template<typename T>
struct PendingState
{
    std::optional<Result<T>> result;
    std::function<void(const Result<T> &)> continuation;
    std::function<void()> wake;

    // Somebody will hear the answer.
    bool isWatched() const { return continuation || wake; }

    void settle(Result<T> outcome)
    {
        if (result)
            return; // every operation ends exactly once
        result.emplace(std::move(outcome));
        if (auto f = std::exchange(continuation, nullptr))
            f(*result);
        if (wake)
            wake();
    }
};

} // namespace Detail

// One answer that is still on its way. Lives in the thread that asked, and is answered there.
// Copies speak of the same answer; it may be ignored.
template<typename T>
class Pending
{
public:
    // An answer that is there already.
    Pending(Result<T> result)
        : m_state(std::make_shared<Detail::PendingState<T>>())
    {
        m_state->result.emplace(std::move(result));
    }

    bool isFinished() const { return m_state->result.has_value(); }
    // Only once isFinished().
    const Result<T> &result() const { return *m_state->result; }

    // Calls f(Result<T>) in this thread when the answer is there; never after context died.
    // One continuation: a second call replaces the first.
    template<typename F>
    void then(const QObject *context, F &&f)
    {
        if (isFinished()) {
            Detail::callLater(context, [state = m_state, f = std::forward<F>(f)]() mutable {
                f(*state->result);
            });
            return;
        }
        m_state->continuation = [guard = QPointer<const QObject>(context),
                                 f = std::forward<F>(f)](const Result<T> &result) mutable {
            if (guard)
                f(result);
        };
    }

    // For console programs and tests: turns the event loop until the answer or the deadline.
    Result<T> wait(std::chrono::milliseconds timeout = std::chrono::seconds(30)) const
    {
        const auto state = m_state;
        if (!Detail::waitUntil([state] { return state->result.has_value(); }, timeout, state->wake))
            return Detail::waitTimedOut(timeout);
        return *state->result;
    }

    QFuture<Result<T>> toFuture()
    {
        auto promise = std::make_shared<QPromise<Result<T>>>();
        promise->start();
        const auto finish = [promise](const Result<T> &result) {
            promise->addResult(result);
            promise->finish();
        };
        if (isFinished())
            finish(result());
        else
            m_state->continuation = finish;
        return promise->future();
    }

private:
    friend class Resolver<T>;
    explicit Pending(std::shared_ptr<Detail::PendingState<T>> state)
        : m_state(std::move(state))
    {
    }

    std::shared_ptr<Detail::PendingState<T>> m_state;
};

} // namespace Qombu
