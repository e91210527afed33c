// SPDX-License-Identifier: BSD-3-Clause
#include <Qombu/hub.h>

#include <algorithm>
#include <utility>

namespace Qombu {
namespace {

// One callRepeatedly(): keeps the beat of its start, whatever the callbacks cost. Owned by its
// handle.
class Repetition : public std::enable_shared_from_this<Repetition>
{
public:
    Repetition(Hub *hub, Hub::Duration interval, Hub::Callback callback)
        : m_hub(hub)
        , m_interval(interval)
        , m_next(hub->now() + interval)
        , m_callback(std::move(callback))
    {
    }

    void arm()
    {
        m_timer = m_hub->callAt(m_next, [weak = weak_from_this()] {
            if (const auto self = weak.lock())
                self->fire();
        });
    }

    void cancel() { m_timer.cancel(); }

private:
    void fire()
    {
        m_next += m_interval;
        const auto late = m_hub->now() - m_next;
        if (late >= Hub::Duration::zero()) // whole beats were missed: they are not caught up on
            m_next += (late / m_interval + 1) * m_interval;
        arm();
        m_callback();
    }

    Hub *m_hub;
    Hub::Duration m_interval;
    Hub::TimePoint m_next;
    Hub::Callback m_callback;
    HubHandle m_timer;
};

} // namespace

/*!
    \class Qombu::Hub
    \inmodule Qombu
    \inheaderfile Qombu/Hub
    \brief The only door to the outside world, on one thread's Qt event loop.

    All waiting of Qombu goes through a Hub: descriptors that become ready, timers, calls from other
    threads, and the clock and the random numbers, too. The verbs are Kombu's. GUI, QML, timers and
    brokers of a thread share its one event loop; a Hub never blocks it, and gives it back after at
    most 64 descriptor events.

    A Hub works in \e turns: a batch of ready descriptors, of due timers, or of calls. Callbacks
    may add and remove anything, themselves included, and may turn a nested event loop.

    \b {Only callSoon() and stop() are thread-safe}; everything else belongs to the Hub's thread.

    \sa Connection::registerWith()
*/

/*!
    \typedef Qombu::Hub::Callback
    What is called. It must not throw.
*/

/*!
    \typedef Qombu::Hub::Duration
    A time span, in nanoseconds; any \c std::chrono duration converts to it.
*/

/*!
    \typedef Qombu::Hub::TimePoint
    A time of the steady clock, now().
*/

/*!
    \typedef Qombu::Hub::WallTime
    A time of the calendar, wallTime().
*/

/*!
    Makes the base of a Hub that belongs to this thread and to \a parent.
*/
Hub::Hub(QObject *parent)
    : QObject(parent)
{
}

/*!
    Calls what onClose() asked for, then drops all timers, calls and watches without calling them.
    Must run in the Hub's thread, and not inside one of its callbacks.
*/
Hub::~Hub() = default;

/*!
    \fn void Hub::addReader(int fd, Hub::Callback callback)

    Calls \a callback in every turn in which something can be read from \a fd, or its peer is gone,
    until removeReader(). Level-triggered: what is left unread is told again. A second call for the
    same descriptor replaces the callback. The descriptor stays the caller's, should be
    non-blocking, and must be removed before it is closed; once removed, it is not called any more,
    not even for events that had been fetched already.

    \sa addWriter(), remove()
*/

/*!
    \fn void Hub::addWriter(int fd, Hub::Callback callback)

    Calls \a callback in every turn in which \a fd accepts output, or its peer is gone, until
    removeWriter(). A descriptor that accepts output is told in every turn: watch it only while
    there is something to write.

    \sa addReader()
*/

/*!
    \fn void Hub::removeReader(int fd)

    Forgets the reader of \a fd. Does nothing if there is none.
*/

/*!
    \fn void Hub::removeWriter(int fd)

    Forgets the writer of \a fd. Does nothing if there is none.
*/

/*!
    Forgets reader and writer of \a fd. Call it before \c close().
*/
void Hub::remove(int fd)
{
    removeReader(fd);
    removeWriter(fd);
}

/*!
    \fn void Hub::callSoon(Hub::Callback callback)

    Calls \a callback in the Hub's thread, in one of the next turns, in order of asking. May be
    called from \b {any thread}, and costs the event loop one wake-up for any number of calls. What
    callbacks ask for is done in the next turn, so that the loop gets its share. Calls that are
    still waiting when the Hub closes are dropped.
*/

/*!
    \fn void Hub::callAtTurnEnd(Hub::Callback callback)

    Calls \a callback once at the end of the turn under way, after its callbacks and in order of
    asking, before the event loop is asked for more; outside a turn it is callSoon(). The place to
    do once what many callbacks of a turn ask for. What is asked for by such calls is done in the
    same turn, too, unless that takes too long: then it is done soon.
*/

/*!
    \fn HubHandle Hub::callAt(Hub::TimePoint when, Hub::Callback callback)

    Calls \a callback once, not before \a when on the clock of now(), as long as the returned handle
    lives. Two timers for the same time are called in order of asking. A time in the past means as
    soon as possible, but never inside this call. The resolution is one millisecond.
*/

/*!
    Calls \a callback once, not before \a delay has passed, as long as the returned handle lives.
    A negative delay counts as none.

    \sa callAt()
*/
HubHandle Hub::callLater(Duration delay, Callback callback)
{
    const TimePoint start = now();
    const bool isNever = delay > TimePoint::max() - start;
    const TimePoint when = isNever ? TimePoint::max() : start + std::max(delay, Duration::zero());
    return callAt(when, std::move(callback));
}

/*!
    Calls \a callback every \a interval (at least one millisecond), for the first time after one
    interval, as long as the returned handle lives. The beat does not drift; beats that a busy
    thread missed are left out, not caught up on.
*/
HubHandle Hub::callRepeatedly(Duration interval, Callback callback)
{
    const Duration beat = std::max<Duration>(interval, std::chrono::milliseconds(1));
    auto repetition = std::make_shared<Repetition>(this, beat, std::move(callback));
    repetition->arm();
    return HubHandle([repetition] { repetition->cancel(); });
}

/*!
    \fn HubHandle Hub::onTick(Hub::Callback callback)

    Calls \a callback at the end of every turn in which the Hub did something, as long as the
    returned handle lives: the place to send in one go what the turn collected.
*/

/*!
    \fn HubHandle Hub::onClose(Hub::Callback callback)

    Calls \a callback once, in the Hub's thread, when the Hub is destroyed or its event loop ends
    for good, unless the returned handle dies before. Descriptors can still be written and closed
    then; timers and calls do not come any more.
*/

/*!
    \fn void Hub::run()

    Turns the event loop until stop() or the end of the QCoreApplication. For console programs and
    threads of one's own; GUI programs run the QCoreApplication instead. If stop() was called
    before, it returns at once.
*/

/*!
    \fn bool Hub::runOnce(std::chrono::milliseconds timeout)

    Turns the event loop until the Hub did something, at most for \a timeout (which is rounded up to
    the timer's resolution; zero or less: without waiting). Returns false if there was nothing to
    do. Qt events of this thread are delivered meanwhile, but do not count.
*/

/*!
    \fn void Hub::stop()

    Ends run(), or the next run() if none is running. May be called from \b {any thread}.
*/

/*!
    \fn Hub::TimePoint Hub::now() const

    The steady clock that callAt() goes by; comparable within this process only.
*/

/*!
    \fn Hub::WallTime Hub::wallTime() const

    The calendar's time (microseconds since 1970-01-01 UTC); it may jump.
*/

/*!
    \fn quint64 Hub::random()

    The next number of a fast generator, for jitter and identifiers; never for secrets.
*/

/*!
    \class Qombu::HubHandle
    \inmodule Qombu
    \inheaderfile Qombu/HubHandle
    \brief Keeps one timer or hook of a Hub alive.

    Cancels it when destroyed or assigned to. Move-only; belongs to the Hub's thread; may outlive
    the Hub, and may be destroyed inside the callback it stands for.
*/

/*!
    Makes a handle that stands for nothing.
*/
HubHandle::HubHandle() = default;

/*!
    Makes a handle that calls \a cancel, once, when it is cancelled.
*/
HubHandle::HubHandle(Hub::Callback cancel)
    : m_cancel(std::move(cancel))
{
}

/*!
    Takes over what \a other stands for.
*/
HubHandle::HubHandle(HubHandle &&other) noexcept
    : m_cancel(std::exchange(other.m_cancel, nullptr))
{
}

/*!
    Cancels what this handle stands for and takes over what \a other stands for.
*/
HubHandle &HubHandle::operator=(HubHandle &&other) noexcept
{
    if (this != &other) {
        cancel();
        m_cancel = std::exchange(other.m_cancel, nullptr);
    }
    return *this;
}

/*!
    Cancels.
*/
HubHandle::~HubHandle()
{
    cancel();
}

/*!
    Makes sure that the callback is not called (again). Does nothing if that is so already.
*/
void HubHandle::cancel()
{
    if (const auto cancel = std::exchange(m_cancel, nullptr))
        cancel();
}

} // namespace Qombu
