// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/pending.h>
#include <Qombu/resolver.h>

#include <QtCore/qpointer.h>

// How the answer of one Pending becomes that of another.
namespace Qombu {
namespace Detail {

// Passes the answer of one Pending on to another, with the right to get it back.
template<typename T>
class Forward final : public Continuation<T>
{
public:
    static void start(const Pending<T> &from, const Resolver<T> &to)
    {
        Forward forward(to);
        if (from.isFinished())
            forward.run(*from.m_state);
        else
            from.m_state->add(std::make_unique<Forward>(std::move(forward)));
    }

    explicit Forward(const Resolver<T> &to)
        : m_to(to)
    {
    }

    bool isAlive() const override { return m_to.isWatched(); }
    void run(PendingState<T> &from) override
    {
        m_to.onUntaken(from.takeUntakenHook());
        m_to.onTaken(from.takeTakenHook()); // passing it on hands nothing over
        m_to.settle(from.take());
    }

private:
    Resolver<T> m_to;
};

// What then() was given.
template<typename T, typename F>
class Then final : public Continuation<T>
{
    using U = AnswerOfCall<F, T>;

public:
    template<typename Function>
    Then(const QObject *context, Function &&f)
        : m_context(context)
        , m_f(std::forward<Function>(f))
    {
    }

    Pending<U> next() const { return m_next.pending(); }
    bool isAlive() const override { return !m_context.isNull(); }
    void run(PendingState<T> &from) override
    {
        using Returned = std::remove_cvref_t<std::invoke_result_t<F &, const Result<T> &>>;
        if constexpr (std::is_void_v<Returned>) {
            m_f(from.take());
            m_next.settle(Result<void>());
        } else if constexpr (std::is_same_v<Returned, Pending<U>>) {
            Forward<U>::start(m_f(from.take()), m_next);
        } else {
            m_next.settle(Result<U>(m_f(from.take())));
        }
    }

private:
    const QPointer<const QObject> m_context;
    F m_f;
    Resolver<U> m_next; // dropped unanswered: Cancelled
};

} // namespace Detail

template<typename T>
template<typename F>
auto Pending<T>::then(const QObject *context, F &&f) const -> Pending<Detail::AnswerOfCall<F, T>>
{
    auto continuation =
        std::make_unique<Detail::Then<T, std::decay_t<F>>>(context, std::forward<F>(f));
    auto next = continuation->next();
    if (!isFinished()) {
        m_state->add(std::move(continuation));
    } else {
        std::shared_ptr<Detail::Continuation<T>> later(std::move(continuation));
        Detail::callLater(context, [self = *this, later] { later->run(*self.m_state); });
    }
    return next;
}

} // namespace Qombu
