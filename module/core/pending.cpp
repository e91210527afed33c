// SPDX-License-Identifier: BSD-3-Clause
#include <Qombu/pending.h>
#include <Qombu/spi/resolver.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qscopeguard.h>
#include <QtCore/qtimer.h>

namespace Qombu {

/*!
    \class Qombu::Pending
    \inmodule Qombu
    \brief One answer that is still on its way.

    A Pending lives in the thread that asked and is answered there, exactly once. Copies speak of
   the same answer. Ignoring it is allowed: the operation goes on.

    In programs with an event loop continue with then(); in console programs and tests wait() turns
    the event loop until the answer or the deadline.
*/

/*!
    \class Qombu::Resolver
    \inmodule Qombu
    \brief The producing side of a Pending.

    For transports. When the last copy of a Resolver dies without having answered, the answer is
    Error::Cancelled: nobody waits for ever.
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
    timer.start(std::max(timeout, std::chrono::milliseconds(0)));
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
