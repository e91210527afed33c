// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/pending.h>

namespace Qombu {

// The producing side of a Pending: answers it exactly once. Copies speak of the same answer;
// when the last one dies without answering, the answer is Error::Cancelled.
template<typename T>
class Resolver
{
    struct Promise
    {
        std::shared_ptr<Detail::PendingState<T>> state =
            std::make_shared<Detail::PendingState<T>>();
        Promise() = default;
        Promise(const Promise &) = delete;
        Promise &operator=(const Promise &) = delete;
        ~Promise()
        {
            if (!state->result)
                state->settle(Detail::resolverDropped());
        }
    };

public:
    Resolver()
        : m_promise(std::make_shared<Promise>())
    {
    }

    Pending<T> pending() const { return Pending<T>(m_promise->state); }
    void settle(Result<T> result) const { m_promise->state->settle(std::move(result)); }
    void fail(const Error &error) const { settle(Result<T>(error)); }
    // Somebody has given a continuation or waits.
    bool isWatched() const { return m_promise->state->isWatched(); }
    bool isSettled() const { return m_promise->state->result.has_value(); }

private:
    std::shared_ptr<Promise> m_promise;
};

} // namespace Qombu
