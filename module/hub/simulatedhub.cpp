// SPDX-License-Identifier: BSD-3-Clause
#include "hub/simulatedhub.h"

#include "hub/hooklist.h"
#include "hub/timerqueue.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace Qombu {
namespace {

using namespace std::chrono_literals;

// Not zero, so that "never" and "at the start" differ in whoever confuses them.
constexpr Hub::TimePoint Start{1000s};
constexpr Hub::WallTime CalendarStart{std::chrono::sys_days(std::chrono::January / 1 / 2026)};
// Callbacks that ask for each other for ever would stop time: a fault of the program under test.
constexpr int MaximumTurnsAtOneInstant = 1'000'000;

// Handles of this thread get what was posted to them, as from an event loop.
void deliverPostedEvents()
{
    QCoreApplication::sendPostedEvents();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

} // namespace

/*!
    \internal
    \class Qombu::SimulatedHub
    Makes a Hub whose time stands still at a fixed instant and whose random numbers follow \a seed.
*/
SimulatedHub::SimulatedHub(quint64 seed)
    : m_now(Start)
    , m_random(seed)
    , m_timers(std::make_shared<TimerQueue>())
    , m_ticks(std::make_shared<HookList>())
    , m_closes(std::make_shared<HookList>())
{
}

SimulatedHub::~SimulatedHub()
{
    m_closes->runOnceAndClear();
    m_calls.close();
    m_endCalls.close();
    m_timers->clear();
}

/*!
    \internal
    Lets \a time pass: does everything that is due, in the order calls, descriptors (by number),
    timers, with the thread's posted events delivered between the turns, and jumps to the next timer
    when nothing is left at an instant. Returns at the end of \a time, or after stop().
*/
void SimulatedHub::advance(Duration time)
{
    const TimePoint end = m_now + time;
    int turns = 0;
    while (!m_stopping) {
        if (turn()) {
            if (++turns > MaximumTurnsAtOneInstant)
                qFatal("SimulatedHub: callbacks keep each other busy, time cannot go on");
            continue;
        }
        turns = 0;
        if (!jumpToNextTimer(end))
            break;
    }
    if (!m_stopping)
        m_now = std::max(m_now, end);
    m_stopping = false;
}

std::optional<Hub::TimePoint> SimulatedHub::nextDue() const
{
    return m_timers->nextDue();
}

void SimulatedHub::makeReadable(int fd)
{
    if (const auto side = m_readers.find(fd); side != m_readers.end())
        side->second.isReady = true;
}

void SimulatedHub::makeWritable(int fd)
{
    if (const auto side = m_writers.find(fd); side != m_writers.end())
        side->second.isReady = true;
}

void SimulatedHub::addReader(int fd, Callback callback)
{
    add(m_readers, fd, std::move(callback));
}

void SimulatedHub::addWriter(int fd, Callback callback)
{
    add(m_writers, fd, std::move(callback));
}

void SimulatedHub::removeReader(int fd)
{
    const auto node = m_readers.extract(fd);
}

void SimulatedHub::removeWriter(int fd)
{
    const auto node = m_writers.extract(fd);
}

void SimulatedHub::callSoon(Callback callback)
{
    m_calls.add(std::move(callback)); // nobody sleeps, so nobody is woken
}

void SimulatedHub::callAtTurnEnd(Callback callback)
{
    (m_isInTurn ? m_endCalls : m_calls).add(std::move(callback));
}

HubHandle SimulatedHub::callAt(TimePoint when, Callback callback)
{
    return TimerQueue::add(m_timers, when, std::move(callback));
}

HubHandle SimulatedHub::onTick(Callback callback)
{
    return HookList::add(m_ticks, std::move(callback));
}

HubHandle SimulatedHub::onClose(Callback callback)
{
    return HookList::add(m_closes, std::move(callback));
}

void SimulatedHub::run()
{
    while (!m_stopping && (turn() || jumpToNextTimer(TimePoint::max()))) {}
    m_stopping = false;
}

bool SimulatedHub::runOnce(std::chrono::milliseconds timeout)
{
    if (turn())
        return true;
    const TimePoint end = m_now + timeout;
    if (jumpToNextTimer(end))
        return turn();
    m_now = end;
    return false;
}

void SimulatedHub::stop()
{
    m_stopping = true;
}

Hub::WallTime SimulatedHub::wallTime() const
{
    return CalendarStart + std::chrono::duration_cast<WallTime::duration>(m_now - Start);
}

void SimulatedHub::add(Sides &sides, int fd, Callback callback)
{
    auto shared = std::make_shared<const Callback>(std::move(callback));
    std::swap(sides[fd].callback, shared);
}

int SimulatedHub::runReady(Sides &sides)
{
    std::vector<int> ready;
    for (const auto &[fd, side] : sides) {
        if (side.isReady)
            ready.push_back(fd);
    }
    int count = 0;
    for (const int fd : ready) {
        const auto side = sides.find(fd);
        if (side == sides.end() || !side->second.isReady)
            continue; // removed by a callback before it
        side->second.isReady = false;
        const auto callback = side->second.callback;
        (*callback)();
        ++count;
    }
    return count;
}

bool SimulatedHub::turn()
{
    deliverPostedEvents();
    const bool wasInTurn = std::exchange(m_isInTurn, true); // a callback may turn a loop
    int count = m_calls.run() + runReady(m_readers) + runReady(m_writers) + m_timers->runDue(m_now);
    for (int round = 0; round < HookList::MostEndRounds && !m_endCalls.isEmpty(); ++round)
        count += m_endCalls.run(); // what is left then is the next turn's
    if (count > 0)
        m_ticks->run();
    m_isInTurn = wasInTurn;
    if (count > 0)
        deliverPostedEvents();
    return count > 0;
}

bool SimulatedHub::jumpToNextTimer(TimePoint limit)
{
    const auto due = m_timers->nextDue();
    if (!due || *due > limit)
        return false;
    m_now = std::max(m_now, *due);
    return true;
}

} // namespace Qombu
