// SPDX-License-Identifier: BSD-3-Clause
#include <Qombu/pending.h>
#include <Qombu/resolver.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qscopeguard.h>
#include <QtCore/qtimer.h>

#include <algorithm>
#include <limits>

namespace Qombu {

/*!
    \class Qombu::Pending
    \inmodule Qombu
    \inheaderfile Qombu/Pending
    \brief One answer that is still on its way.

    A Pending lives in the thread that asked and is answered there, exactly once, by a value or by
    an Error; every operation has a deadline of its own. Copies speak of the same answer. Ignoring
    it is allowed: the operation goes on.

    In programs with an event loop continue with then(); in console programs and tests wait() turns
    the event loop until the answer or the deadline. Coroutines \c{co_await} it: see
    \c{<Qombu/Coroutine>}.
*/

/*!
    \fn template <typename T> Qombu::Pending<T>::Pending(Qombu::Result<T> result)
    Constructs one whose answer is there already: \a result.
*/

/*!
    \fn template <typename T> bool Qombu::Pending<T>::isFinished() const
    Returns whether the answer is there.
*/

/*!
    \fn template <typename T> const Qombu::Result<T> &Qombu::Pending<T>::result() const
    Returns the answer. Only once isFinished(). Valid as long as this object.
*/

/*!
    \fn template <typename T> QFuture<Qombu::Result<T>> Qombu::Pending<T>::toFuture() const
    Returns a future of the answer. It must not be waited for in this thread, which is the one that
    answers it. Defined in \c{<Qombu/PendingFuture>}.
*/

/*!
    \class Qombu::Resolver
    \inmodule Qombu
    \inheaderfile Qombu/Resolver
    \brief The producing side of a Pending.

    Copies speak of the same answer. When the last copy of a Resolver dies without
    having answered, the answer is Error::Cancelled: nobody waits for ever. Belongs to the thread of
    its Pending.
*/

/*!
    \fn template <typename T> Qombu::Resolver<T>::Resolver()
    Makes the producing side of a new Pending.
*/

/*!
    \fn template <typename T> Qombu::Pending<T> Qombu::Resolver<T>::pending() const
    Returns the Pending to hand out.
*/

/*!
    \fn template <typename T> void Qombu::Resolver<T>::settle(Qombu::Result<T> result) const
    Answers with \a result, and calls the continuations before it returns. Does nothing if it was
    answered before.
*/

/*!
    \fn template <typename T> void Qombu::Resolver<T>::fail(const Qombu::Error &error) const
    Answers with \a error.
*/

/*!
    \fn template <typename T> bool Qombu::Resolver<T>::isWatched() const
    Returns whether somebody may still take the answer: a Pending exists, which somebody could ask
    or wait for, or a continuation whose context lives, or a coroutine or a future waits.
*/

/*!
    \fn template <typename T> void Qombu::Resolver<T>::onTaken(std::function<void ()> f) const
    Calls \a f, once, just before somebody takes the answer: by Pending::result(), a continuation,
    Pending::wait(), a future or \c co_await. A second call replaces the first.
*/

/*!
    \fn template <typename T> bool Qombu::Resolver<T>::isSettled() const
    Returns whether it was answered.
*/

namespace Detail {

// The one place of the library that starts a QTimer outside the Hub: a person or a test waits here,
// in whatever loop this thread has, and the Hub (which may be a simulated one) cannot bound that.
bool waitUntil(const std::function<bool()> &done, std::chrono::milliseconds timeout,
               std::function<void()> &wake)
{
    if (done())
        return true;
    const QDeadlineTimer deadline(timeout, Qt::PreciseTimer);
    QEventLoop loop;
    auto previous = std::exchange(wake, nullptr);
    wake = [&loop, previous] {
        loop.quit();
        if (previous)
            previous(); // somebody further out waits for the same answer
    };
    const auto restore = qScopeGuard([&] { wake = std::move(previous); });

    QTimer timer;
    timer.setSingleShot(true);
    timer.setTimerType(Qt::PreciseTimer);
    QObject::connect(&timer, &QTimer::timeout, &loop, &QEventLoop::quit);
    constexpr std::chrono::milliseconds Longest(std::numeric_limits<int>::max()); // of a QTimer
    timer.start(std::clamp(timeout, std::chrono::milliseconds(0), Longest));
    loop.exec();
    while (!done() && !deadline.hasExpired() && timer.isActive()
           && !QCoreApplication::closingDown()) {
        // Left early: either the application is quitting, or quit() was meant for another loop.
        if (loop.exec() != 0)
            break;
    }
    return done();
}

void callLater(const QObject *context, std::function<void()> f)
{
    if (!context)
        return;
    QMetaObject::invokeMethod(
        const_cast<QObject *>(context), [f = std::move(f)] { f(); }, Qt::QueuedConnection);
}

Error waitTimedOut(std::chrono::milliseconds timeout)
{
    return Error(Error::Timeout,
                 QCoreApplication::translate("Qombu::Pending", "No answer came within %1 ms.")
                     .arg(timeout.count()));
}

Error resolverDropped()
{
    return Error(Error::Cancelled,
                 QCoreApplication::translate("Qombu::Pending",
                                             "The operation was given up before an answer came."));
}

} // namespace Detail
} // namespace Qombu
