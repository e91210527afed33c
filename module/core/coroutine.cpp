// SPDX-License-Identifier: BSD-3-Clause
#include <Qombu/coroutine.h>

#include <QtCore/qobject.h>

namespace Qombu {

/*!
    \headerfile <Qombu/Coroutine>
    \inmodule Qombu
    \title Coroutines
    \brief Makes every Pending awaitable, and has Detached, a coroutine nobody waits for.

    \c{co_await pending} gives the \c{Result<T>}, in any coroutine type, in the thread of the
    Pending. If the answer is there already the coroutine goes on at once; else it goes on inside
    the call that answers, like a continuation of Pending::then(). A coroutine whose frame is
    destroyed while it waits is never resumed. The compiler must have coroutines: GCC 12 or clang
    17; for others the header is empty. GCC 12 fails ("array used as initializer") where a braced
   list stands inside the awaited expression: give \c{QVariantMap{{"id", 7}}} a name first.

    \c Detached is the coroutine type for a program that has no other:
    \code
    Qombu::Detached Window::sendOrder(QVariantMap order)
    {
        const auto sent = co_await m_producer->publish(order);
        m_label->setText(sent ? tr("Sent") : sent.error().text());
    }
    \endcode

    It starts at once and lives no longer than its context, a QObject of this thread: the object
    whose member function it is, or else its first parameter, a pointer or a reference. When the
    context dies while the coroutine waits, its frame is destroyed where it waits, with all that it
    holds, inside the destructor of QObject: the destructors of its variables must not touch the
    context. When the context dies while the coroutine runs, it runs on to its next \c co_await or
    its end, and no further. With a null context it does not begin.

    A coroutine copies its parameters but those that are references: pass by value what must
    outlive the call, and capture nothing in a lambda that is a coroutine. A Detached awaits
    Pendings only, and an exception that leaves it ends the program by std::terminate().
*/

Detached::promise_type::promise_type(const QObject *context)
    : m_isContextGone(!context)
{
    if (context)
        m_watch = QObject::connect(
            context, &QObject::destroyed, context, [this] { contextDied(); }, Qt::DirectConnection);
}

Detached::promise_type::~promise_type()
{
    QObject::disconnect(m_watch);
}

void Detached::promise_type::contextDied()
{
    m_isContextGone = true;
    if (m_isAsleep)
        end();
}

} // namespace Qombu
