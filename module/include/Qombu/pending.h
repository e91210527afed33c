// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/detail/pendingstate.h>

#include <QtCore/qobject.h>

#include <chrono>

QT_BEGIN_NAMESPACE
template<typename T>
class QFuture;
QT_END_NAMESPACE

namespace Qombu {

// One answer that is still on its way. Lives in the thread that asked, and is answered there.
// Copies speak of the same answer; it may be ignored.
template<typename T>
class Pending
{
public:
    // An answer that is there already.
    Pending(Result<T> result)
        : Pending(std::make_shared<Detail::PendingState<T>>(std::move(result)))
    {
    }

    bool isFinished() const { return m_state->isSettled(); }
    // Only once isFinished().
    const Result<T> &result() const { return m_state->take(); }

    // Calls f(Result<T>) in this thread when the answer is there, never inside this call and never
    // after context died. f returns nothing, U, Result<U> or Pending<U>: the answer of what this
    // returns. Any number of continuations, called in order.
    template<typename F>
    auto then(const QObject *context, F &&f) const -> Pending<Detail::AnswerOfCall<F, T>>;

    // For console programs and tests: turns the event loop until the answer or the deadline.
    Result<T> wait(std::chrono::milliseconds timeout = std::chrono::seconds(30)) const
    {
        const Pending keep(*this);
        if (!Detail::waitUntil([&keep] { return keep.isFinished(); }, timeout,
                               keep.m_state->wake()))
            return Detail::waitTimedOut(timeout);
        return keep.result();
    }

    // Include <Qombu/PendingFuture> to use it.
    QFuture<Result<T>> toFuture() const;

private:
    friend class Resolver<T>;
    template<typename U>
    friend class Detail::Forward;
    template<typename U>
    friend class Detail::Awaiter;

    explicit Pending(std::shared_ptr<Detail::PendingState<T>> state)
        : m_state(std::move(state))
    {
    }

    Detail::Share<T, Detail::End::Asking> m_state;
};

} // namespace Qombu

#include <Qombu/detail/continuations.h>
