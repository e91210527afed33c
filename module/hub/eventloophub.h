// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "hub/callqueue.h"
#include "hub/descriptorwatch.h"
#include "hub/randomsource.h"

#include <Qombu/hub.h>

#include <QtCore/qbasictimer.h>
#include <QtCore/qpointer.h>

#include <atomic>

QT_BEGIN_NAMESPACE
class QAbstractEventDispatcher;
class QEventLoop;
QT_END_NAMESPACE

namespace Qombu {
class HookList;
class TimerQueue;

// The Hub of real programs, on its thread's Qt event loop, whatever dispatcher that has. Made and
// destroyed in its thread; threadhubs.cpp owns those that programs meet.
class EventLoopHub final : public Hub, private DescriptorWatch::Turns
{
    Q_OBJECT
public:
    explicit EventLoopHub(DescriptorWatch::Strategy strategy = DescriptorWatch::Strategy::Best);
    ~EventLoopHub() override;

    // The event loop ends for good: tells onClose(), drops everything. Whoever uses the Hub later
    // is not heard, until reopen().
    void close();
    bool isClosed() const { return m_isClosed; }
    // The thread has an event loop again: another QCoreApplication.
    void reopen();

    void addReader(int fd, Callback callback) override;
    void addWriter(int fd, Callback callback) override;
    void removeReader(int fd) override;
    void removeWriter(int fd) override;
    void callSoon(Callback callback) override;
    void callAtTurnEnd(Callback callback) override;
    [[nodiscard]] HubHandle callAt(TimePoint when, Callback callback) override;
    [[nodiscard]] HubHandle onTick(Callback callback) override;
    [[nodiscard]] HubHandle onClose(Callback callback) override;
    void run() override;
    bool runOnce(std::chrono::milliseconds timeout) override;
    void stop() override;
    TimePoint now() const override;
    WallTime wallTime() const override;
    quint64 random() override;

protected:
    void customEvent(QEvent *event) override;
    void timerEvent(QTimerEvent *event) override;

private:
    void turnBegins() override;
    void turnEnds() override;
    DescriptorWatch *watch();
    bool attach();
    void wake();
    void makeCalls();
    void makeEndCalls();
    void followUp();
    void armTimer();
    void keepNestedLoopsGoing();
    bool isInOwnThread() const;

    const DescriptorWatch::Strategy m_strategy;
    QPointer<QAbstractEventDispatcher> m_dispatcher;
    std::unique_ptr<DescriptorWatch> m_watch;
    CallQueue m_calls;
    CallQueue m_endCalls; // of the turn under way
    QBasicTimer m_callTimer; // for calls of a turn that turns a nested event loop
    std::shared_ptr<TimerQueue> m_timers;
    QBasicTimer m_timer; // for the earliest of m_timers, or earlier
    TimePoint m_armedFor{};
    std::shared_ptr<HookList> m_ticks;
    std::shared_ptr<HookList> m_closes;
    RandomSource m_random;
    QEventLoop *m_loop = nullptr; // of the innermost run()
    QEventLoop *m_onceLoop = nullptr; // of the innermost runOnce() that waits
    std::atomic<bool> m_stopping = false;
    bool m_isClosed = false;
    bool m_isFollowingUp = false;
    quint64 m_turns = 0;
    int m_depth = 0; // turns inside turns
};

} // namespace Qombu
