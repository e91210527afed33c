// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/pending.h>

#if defined(__cpp_impl_coroutine) && !defined(Q_QDOC) // the page is in the .cpp
#include <coroutine>
#include <exception>

// Result<T> answer = co_await pending; in any coroutine, in the thread of the Pending.
// Forwarded as <Qombu/Coroutine>
namespace Qombu {
namespace Detail {

// What a coroutine sleeps in. Dies with the coroutine's frame, and then nothing is resumed.
template<typename T>
class Awaiter
{
public:
    explicit Awaiter(Pending<T> pending)
        : m_pending(std::move(pending))
    {
    }
    Q_DISABLE_COPY_MOVE(Awaiter)
    ~Awaiter()
    {
        if (m_sleeper)
            *m_sleeper = nullptr;
    }

    bool await_ready() const noexcept { return m_pending.isFinished(); }
    void await_suspend(std::coroutine_handle<> coroutine)
    {
        m_sleeper = std::make_shared<std::coroutine_handle<>>(coroutine);
        m_pending.m_state->add(std::make_unique<Resumption>(m_sleeper));
    }
    Result<T> await_resume() const { return m_pending.result(); }

private:
    using Sleeper = std::shared_ptr<std::coroutine_handle<>>;

    class Resumption final : public Continuation<T>
    {
    public:
        explicit Resumption(Sleeper sleeper)
            : m_sleeper(std::move(sleeper))
        {
        }
        bool isAlive() const override { return bool(*m_sleeper); }
        void run(PendingState<T> &) override { std::exchange(*m_sleeper, nullptr).resume(); }

    private:
        const Sleeper m_sleeper;
    };

    const Pending<T> m_pending;
    Sleeper m_sleeper;
};

inline const QObject *contextOf(const QObject *object)
{
    return object;
}
inline const QObject *contextOf(const QObject &object)
{
    return &object;
}
// clang-format off
template<typename T>
concept Context = requires(const T &object) { Detail::contextOf(object); };
// clang-format on
template<typename T>
concept NoContext = !Context<T>;

} // namespace Detail

template<typename T>
Detail::Awaiter<T> operator co_await(Pending<T> pending)
{
    return Detail::Awaiter<T>(std::move(pending));
}

// What a coroutine returns that nobody waits for. It lives no longer than its context: its object,
// if it is a member function of a QObject, else its first parameter.
class Detached
{
public:
    class promise_type;
};

class QOMBU_EXPORT Detached::promise_type
{
public:
    template<Detail::Context First, typename... Parameters>
    promise_type(const First &context, const Parameters &...)
        : promise_type(Detail::contextOf(context))
    {
    }
    // A lambda, or a member of a class that is no QObject.
    template<Detail::NoContext Closure, Detail::Context First, typename... Parameters>
    promise_type(const Closure &, const First &context, const Parameters &...)
        : promise_type(Detail::contextOf(context))
    {
    }
    Q_DISABLE_COPY_MOVE(promise_type)
    ~promise_type();

    Detached get_return_object() const noexcept { return {}; }
    // Without a context it does not begin.
    auto initial_suspend() const noexcept { return Start{{}, !m_isContextGone}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
    // Of Pendings only: other awaitables may resume a coroutine whose context has died.
    template<typename T>
    auto await_transform(Pending<T> pending)
    {
        return Sleep<T>(*this, std::move(pending));
    }

private:
    template<typename T>
    class Sleep;
    struct Start : std::suspend_always
    {
        bool hasContext;
        bool await_ready() const noexcept { return hasContext; }
        void await_suspend(std::coroutine_handle<> coroutine) const noexcept
        {
            coroutine.destroy();
        }
    };

    explicit promise_type(const QObject *context);

    void contextDied();
    void end() noexcept { std::coroutine_handle<promise_type>::from_promise(*this).destroy(); }

    QMetaObject::Connection m_watch;
    bool m_isAsleep = false;
    bool m_isContextGone = false;
};

template<typename T>
class Detached::promise_type::Sleep : public Detail::Awaiter<T>
{
public:
    Sleep(promise_type &promise, Pending<T> pending)
        : Detail::Awaiter<T>(std::move(pending))
        , m_promise(promise)
    {
    }
    bool await_ready() const noexcept
    {
        return !m_promise.m_isContextGone && Detail::Awaiter<T>::await_ready();
    }
    void await_suspend(std::coroutine_handle<> coroutine)
    {
        if (m_promise.m_isContextGone)
            return m_promise.end();
        m_promise.m_isAsleep = true;
        Detail::Awaiter<T>::await_suspend(coroutine);
    }
    Result<T> await_resume() const
    {
        m_promise.m_isAsleep = false;
        return Detail::Awaiter<T>::await_resume();
    }

private:
    promise_type &m_promise;
};

} // namespace Qombu

#endif
