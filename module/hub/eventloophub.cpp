// SPDX-License-Identifier: BSD-3-Clause
#include "hub/eventloophub.h"

#include "core/logging_p.h"
#include "hub/hooklist.h"
#include "hub/timerqueue.h"

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace Qombu {
namespace {

// What a turn asks for is done in turns right behind it, before the event loop is asked again: a
// pass of that costs several system calls. But not for ever: a GUI wants to breathe.
constexpr int MostFollowUps = 16;
constexpr auto LongestFollowUp = std::chrono::milliseconds(1);

QEvent::Type wakeType()
{
    static const auto type = QEvent::Type(QEvent::registerEventType());
    return type;
}

// Rounded up: a timer is never early. Qt counts in int.
int toTimerInterval(Hub::Duration delay)
{
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(delay).count();
    return int(std::clamp<qint64>(milliseconds, 0, std::numeric_limits<int>::max()));
}

} // namespace

/*!
    \internal
    Makes the Hub of this thread's event loop, which watches descriptors by \a strategy. A thread
    that Qt did not start gets an event dispatcher; the main thread has one as soon as there is a
    QCoreApplication, and until then only callSoon() and the timers are of use.
*/
EventLoopHub::EventLoopHub(DescriptorWatch::Strategy strategy)
    : m_strategy(strategy)
    , m_timers(std::make_shared<TimerQueue>())
    , m_ticks(std::make_shared<HookList>())
    , m_closes(std::make_shared<HookList>())
{
    if (!attach())
        wake(); // delivered when the event loop is there
}

EventLoopHub::~EventLoopHub()
{
    Q_ASSERT(m_depth == 0);
    close();
}

void EventLoopHub::close()
{
    m_closes->runOnceAndClear();
    m_isClosed = true;
    m_calls.close();
    m_endCalls.close();
    m_callTimer.stop();
    m_timer.stop();
    m_timers->clear();
    m_watch.reset();
    if (m_dispatcher)
        m_dispatcher->disconnect(this);
    m_dispatcher.clear();
}

void EventLoopHub::reopen()
{
    m_isClosed = false;
    m_calls.reopen();
    m_endCalls.reopen();
    attach();
}

// True as soon as there is an event dispatcher. Idempotent.
bool EventLoopHub::attach()
{
    if (m_isClosed)
        return false;
    if (m_dispatcher)
        return true;
    if (!QAbstractEventDispatcher::instance() && QCoreApplication::instance()) {
        const QEventLoop makesTheDispatcher;
    }
    m_dispatcher = QAbstractEventDispatcher::instance();
    if (!m_dispatcher)
        return false;
    connect(m_dispatcher, &QAbstractEventDispatcher::aboutToBlock, this,
            &EventLoopHub::keepNestedLoopsGoing);
    armTimer();
    return true;
}

bool EventLoopHub::isInOwnThread() const
{
    return thread() == QThread::currentThread();
}

DescriptorWatch *EventLoopHub::watch()
{
    Q_ASSERT(isInOwnThread());
    if (!m_watch) {
        if (!attach()) {
            qCWarning(lcHub, "descriptors cannot be watched: this thread has no event loop (yet)");
            return nullptr;
        }
        m_watch = DescriptorWatch::create(m_strategy, this);
    }
    return m_watch.get();
}

void EventLoopHub::addReader(int fd, Callback callback)
{
    if (auto *descriptors = watch())
        descriptors->set(fd, DescriptorWatch::Direction::Read, std::move(callback));
}

void EventLoopHub::addWriter(int fd, Callback callback)
{
    if (auto *descriptors = watch())
        descriptors->set(fd, DescriptorWatch::Direction::Write, std::move(callback));
}

void EventLoopHub::removeReader(int fd)
{
    Q_ASSERT(isInOwnThread());
    if (m_watch)
        m_watch->remove(fd, DescriptorWatch::Direction::Read);
}

void EventLoopHub::removeWriter(int fd)
{
    Q_ASSERT(isInOwnThread());
    if (m_watch)
        m_watch->remove(fd, DescriptorWatch::Direction::Write);
}

// Inside a turn followUp() makes the call. The timer is for an event loop that a callback turns or
// spins meanwhile; unlike an event it costs no system call if there is none.
void EventLoopHub::callSoon(Callback callback)
{
    if (!m_calls.add(std::move(callback)))
        return;
    if (!isInOwnThread() || m_depth == 0)
        wake();
    else if (!m_callTimer.isActive())
        m_callTimer.start(0, this);
}

// The timer, again, is for a loop that is turned or spun before this turn ends.
void EventLoopHub::callAtTurnEnd(Callback callback)
{
    Q_ASSERT(isInOwnThread());
    if (m_depth == 0)
        return callSoon(std::move(callback));
    if (m_endCalls.add(std::move(callback)) && !m_callTimer.isActive())
        m_callTimer.start(0, this);
}

HubHandle EventLoopHub::callAt(TimePoint when, Callback callback)
{
    Q_ASSERT(isInOwnThread());
    auto handle = TimerQueue::add(m_timers, when, std::move(callback));
    armTimer();
    return handle;
}

HubHandle EventLoopHub::onTick(Callback callback)
{
    Q_ASSERT(isInOwnThread());
    return HookList::add(m_ticks, std::move(callback));
}

HubHandle EventLoopHub::onClose(Callback callback)
{
    Q_ASSERT(isInOwnThread());
    return HookList::add(m_closes, std::move(callback));
}

void EventLoopHub::run()
{
    Q_ASSERT(isInOwnThread());
    attach();
    if (!m_stopping) {
        QEventLoop loop;
        QEventLoop *const outer = std::exchange(m_loop, &loop);
        loop.exec();
        m_loop = outer;
    }
    m_stopping = false;
}

bool EventLoopHub::runOnce(std::chrono::milliseconds timeout)
{
    Q_ASSERT(isInOwnThread());
    attach();
    const quint64 before = m_turns;
    QEventLoop loop;
    loop.processEvents();
    if (m_turns != before || timeout <= std::chrono::milliseconds::zero())
        return m_turns != before;

    // Not processEvents(WaitForMoreEvents): Qt's own dispatcher delivers what was posted and then
    // waits nevertheless.
    QTimer alarm;
    alarm.setTimerType(Qt::PreciseTimer);
    connect(&alarm, &QTimer::timeout, &loop, &QEventLoop::quit);
    alarm.start(toTimerInterval(timeout));
    QEventLoop *const outer = std::exchange(m_onceLoop, &loop);
    loop.exec();
    m_onceLoop = outer;
    return m_turns != before;
}

void EventLoopHub::stop()
{
    m_stopping = true;
    wake();
}

Hub::TimePoint EventLoopHub::now() const
{
    return std::chrono::steady_clock::now();
}

Hub::WallTime EventLoopHub::wallTime() const
{
    return std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
}

quint64 EventLoopHub::random()
{
    Q_ASSERT(isInOwnThread());
    return m_random.next();
}

void EventLoopHub::wake()
{
    QCoreApplication::postEvent(this, new QEvent(wakeType()));
}

void EventLoopHub::customEvent(QEvent *event)
{
    if (event->type() != wakeType())
        return;
    attach();
    makeCalls();
    if (!m_stopping)
        return;
    if (m_onceLoop)
        m_onceLoop->quit();
    if (m_loop)
        m_loop->quit();
}

void EventLoopHub::timerEvent(QTimerEvent *event)
{
    if (event->timerId() == m_callTimer.timerId()) {
        m_callTimer.stop();
        makeCalls();
        return;
    }
    if (event->timerId() != m_timer.timerId())
        return;
    m_timer.stop();
    const TimePoint start = now();
    const auto due = m_timers->nextDue();
    if (due && *due <= start) {
        turnBegins();
        m_timers->runDue(start);
        armTimer(); // what follows may spin a loop
        turnEnds();
    }
    armTimer();
}

void EventLoopHub::makeCalls()
{
    if (m_calls.isEmpty() && m_endCalls.isEmpty())
        return;
    turnBegins();
    if (!m_callTimer.isActive())
        m_callTimer.start(0, this);
    m_calls.run();
    turnEnds();
}

// A turn's end may ask for more of it: the answer to what was just delivered leaves in the same
// turn. What is left after that many rounds is done soon.
void EventLoopHub::makeEndCalls()
{
    for (int round = 0; round < HookList::MostEndRounds && !m_endCalls.isEmpty(); ++round)
        m_endCalls.run();
    if (!m_endCalls.isEmpty())
        callSoon([] {}); // whose turn has an end, too
}

void EventLoopHub::armTimer()
{
    const auto due = m_timers->nextDue();
    // Left alone if it comes too early (its timer was cancelled): it then asks again. That way the
    // usual life of a timer, made and cancelled far from its time, costs nothing here.
    if (!due || !m_dispatcher || (m_timer.isActive() && m_armedFor <= *due))
        return;
    m_armedFor = *due;
    m_timer.start(toTimerInterval(*due - now()), Qt::PreciseTimer, this);
}

void EventLoopHub::turnBegins()
{
    ++m_depth;
    ++m_turns;
}

void EventLoopHub::turnEnds()
{
    makeEndCalls();
    m_ticks->run();
    --m_depth;
    if (m_depth == 0 && !m_isFollowingUp)
        followUp();
    if (m_onceLoop)
        m_onceLoop->quit();
}

void EventLoopHub::followUp()
{
    if (m_calls.isEmpty())
        return m_callTimer.stop();
    m_isFollowingUp = true;
    const TimePoint end = now() + LongestFollowUp;
    for (int i = 0; i < MostFollowUps && !m_calls.isEmpty() && !m_stopping && now() < end; ++i)
        makeCalls();
    m_isFollowingUp = false;
    m_callTimer.stop();
    if (!m_calls.isEmpty())
        wake();
}

// A callback waits in an event loop of its own: calls and timers of the interrupted turn must not
// wait for its end, which may depend on them.
void EventLoopHub::keepNestedLoopsGoing()
{
    if (m_depth == 0)
        return;
    armTimer();
    if (m_calls.isInterrupted() || m_endCalls.isInterrupted() || !m_endCalls.isEmpty())
        wake();
}

} // namespace Qombu
