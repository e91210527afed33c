// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/pending.h>

namespace Qombu {

// The producing side of a Pending: answers it exactly once. Copies speak of the same answer;
// when the last one dies without answering, the answer is Error::Cancelled.
template<typename T>
class Resolver
{
public:
    Resolver()
        : m_state(std::make_shared<Detail::PendingState<T>>())
    {
    }

    Pending<T> pending() const { return Pending<T>(m_state.state()); }
    void settle(Result<T> result) const
    {
        const auto state = m_state.state(); // a continuation may end this Resolver
        state->settle(std::move(result));
    }
    void fail(const Error &error) const { settle(Result<T>(error)); }
    bool isSettled() const { return m_state->isSettled(); }

    // Somebody may still take the answer: a Pending exists, or a continuation whose context lives.
    bool isWatched() const { return m_state->isWatched(); }
    // Calls f, once, when somebody takes the answer.
    void onTaken(std::function<void()> f) const { m_state->setTakenHook(std::move(f)); }
    // Calls f, once, with an answer that nobody took: in settle(), or when the last Pending dies.
    void onUntaken(std::function<void(const Result<T> &)> f) const
    {
        m_state->setUntakenHook(std::move(f));
    }

private:
    Detail::Share<T, Detail::End::Answering> m_state;
};

} // namespace Qombu
