// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/result.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <type_traits>
#include <vector>

QT_BEGIN_NAMESPACE
class QObject;
QT_END_NAMESPACE

// What Pending and Resolver are made of.
namespace Qombu {
template<typename T>
class Pending;
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
class PendingState;
template<typename T>
class Forward;
template<typename T>
class Awaiter;

template<typename R>
struct AnswerOf
{
    using Type = R;
};
template<>
struct AnswerOf<Error>
{
    using Type = void;
};
template<typename U>
struct AnswerOf<Result<U>>
{
    using Type = U;
};
template<typename U>
struct AnswerOf<Pending<U>>
{
    using Type = U;
};
// The U of the Pending<U> that then(context, f) of a Pending<T> returns.
template<typename F, typename T>
using AnswerOfCall = typename AnswerOf<
    std::remove_cvref_t<std::invoke_result_t<std::decay_t<F> &, const Result<T> &>>>::Type;

// Somebody to whom the answer goes.
template<typename T>
class Continuation
{
public:
    virtual ~Continuation() = default;
    virtual bool isAlive() const = 0; // would take the answer
    virtual void run(PendingState<T> &from) = 0;
};

// What all Pendings and Resolvers of one answer share. Belongs to their thread.
template<typename T>
class PendingState
{
public:
    PendingState() = default;
    explicit PendingState(Result<T> result)
        : m_result(std::move(result))
    {
    }

    bool isSettled() const { return m_result.has_value(); }
    // Only once isSettled(); from now on it is no longer untaken.
    const Result<T> &take()
    {
        const bool isFirst = !std::exchange(m_isTaken, true);
        if (const auto f = isFirst && m_hooks ? std::exchange(m_hooks->taken, nullptr) : nullptr)
            f();
        return *m_result;
    }
    std::function<void()> &wake() { return hooks().wake; }

    bool isWatched() const
    {
        for (const auto &continuation : m_continuations) {
            if (continuation->isAlive())
                return true;
        }
        return asking > 0;
    }

    void add(std::unique_ptr<Continuation<T>> continuation)
    {
        m_continuations.push_back(std::move(continuation));
    }

    void settle(Result<T> result)
    {
        if (isSettled())
            return; // every operation ends exactly once
        m_result.emplace(std::move(result));
        {
            const auto continuations = std::exchange(m_continuations, {});
            for (const auto &continuation : continuations) {
                if (continuation->isAlive())
                    continuation->run(*this);
            }
        }
        if (m_hooks && m_hooks->wake)
            m_hooks->wake();
        checkTaken();
    }

    void setTakenHook(std::function<void()> f)
    {
        if (f || m_hooks)
            hooks().taken = std::move(f);
    }
    std::function<void()> takeTakenHook()
    {
        return m_hooks ? std::exchange(m_hooks->taken, nullptr) : nullptr;
    }
    void setUntakenHook(std::function<void(const Result<T> &)> f)
    {
        if (f || m_hooks)
            hooks().untaken = std::move(f);
    }
    std::function<void(const Result<T> &)> takeUntakenHook()
    {
        return m_hooks ? std::exchange(m_hooks->untaken, nullptr) : nullptr;
    }

    // The last Pending, or the last Resolver, is gone.
    void askingEnded() { checkTaken(); }
    void answeringEnded()
    {
        if (isSettled())
            return;
        setUntakenHook(nullptr); // of somebody who is gone
        settle(resolverDropped());
    }

    std::atomic<int> asking = 0; // Pendings
    std::atomic<int> answering = 0; // Resolvers

private:
    // What few answers have.
    struct Hooks
    {
        std::function<void()> wake;
        std::function<void()> taken;
        std::function<void(const Result<T> &)> untaken;
    };

    Hooks &hooks()
    {
        if (!m_hooks)
            m_hooks = std::make_unique<Hooks>();
        return *m_hooks;
    }
    void checkTaken()
    {
        if (m_isTaken || !isSettled() || asking > 0)
            return;
        if (const auto f = takeUntakenHook())
            f(*m_result);
    }

    std::optional<Result<T>> m_result;
    std::vector<std::unique_ptr<Continuation<T>>> m_continuations;
    std::unique_ptr<Hooks> m_hooks;
    bool m_isTaken = false;
};

enum class End { Asking, Answering };

// A share in a state that is counted by kind: the state hears when the last of the kind is gone.
template<typename T, End end>
class Share
{
public:
    explicit Share(std::shared_ptr<PendingState<T>> state)
        : m_state(std::move(state))
    {
        if (m_state)
            ++count();
    }
    Share(const Share &other)
        : Share(other.m_state)
    {
    }
    Share(Share &&other) noexcept = default;
    Share &operator=(Share other) noexcept
    {
        m_state.swap(other.m_state);
        return *this;
    }
    ~Share()
    {
        if (!m_state || --count() > 0)
            return;
        if constexpr (end == End::Asking)
            m_state->askingEnded();
        else
            m_state->answeringEnded();
    }

    PendingState<T> &operator*() const { return *m_state; }
    PendingState<T> *operator->() const { return m_state.get(); }
    const std::shared_ptr<PendingState<T>> &state() const { return m_state; }

private:
    std::atomic<int> &count() const
    {
        return end == End::Asking ? m_state->asking : m_state->answering;
    }

    std::shared_ptr<PendingState<T>> m_state;
};

} // namespace Detail
} // namespace Qombu
