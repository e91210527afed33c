// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/pending.h>

#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>

// Pending::toFuture(), apart because QFuture is large and few need it.
// Forwarded as <Qombu/PendingFuture>
namespace Qombu {

template<typename T>
QFuture<Result<T>> Pending<T>::toFuture() const
{
    class Promise final : public Detail::Continuation<T>
    {
    public:
        Promise() { m_promise.start(); }

        QFuture<Result<T>> future() const { return m_promise.future(); }
        bool isAlive() const override { return !m_promise.isCanceled(); } // all that can be known
        void run(Detail::PendingState<T> &from) override
        {
            m_promise.addResult(from.take());
            m_promise.finish();
        }

    private:
        QPromise<Result<T>> m_promise;
    };

    auto promise = std::make_unique<Promise>();
    auto future = promise->future();
    if (isFinished())
        promise->run(*m_state);
    else
        m_state->add(std::move(promise));
    return future;
}

} // namespace Qombu
