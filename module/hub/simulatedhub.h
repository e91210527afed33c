// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "hub/callqueue.h"
#include "hub/randomsource.h"

#include <Qombu/hub.h>

#include <atomic>
#include <map>
#include <memory>
#include <optional>

namespace Qombu {
class HookList;
class TimerQueue;

// A Hub without a clock and without descriptors: time moves when the test says so, random numbers
// follow a seed, readiness is declared. Equal seeds and equal calls give equal runs. Lives in the
// test's thread, the test owns it.
class SimulatedHub final : public Hub
{
    Q_OBJECT
public:
    explicit SimulatedHub(quint64 seed = 1);
    ~SimulatedHub() override;

    // Does all that is due, jumping from timer to timer, until time has passed.
    void advance(Duration time);
    // Does all that is due now.
    void settle() { advance(Duration::zero()); }
    // The time that somebody keeps the loop busy for: nothing is done meanwhile.
    void skip(Duration time) { m_now += time; }
    // The time of the earliest timer.
    std::optional<TimePoint> nextDue() const;

    // The reader (writer) of fd is called in the next turn, once. Any number will do for fd.
    void makeReadable(int fd);
    void makeWritable(int fd);
    bool hasReader(int fd) const { return m_readers.contains(fd); }
    bool hasWriter(int fd) const { return m_writers.contains(fd); }

    void addReader(int fd, Callback callback) override;
    void addWriter(int fd, Callback callback) override;
    void removeReader(int fd) override;
    void removeWriter(int fd) override;
    void callSoon(Callback callback) override;
    void callAtTurnEnd(Callback callback) override;
    [[nodiscard]] HubHandle callAt(TimePoint when, Callback callback) override;
    [[nodiscard]] HubHandle onTick(Callback callback) override;
    [[nodiscard]] HubHandle onClose(Callback callback) override;
    // Until stop(), or until nothing is left to do.
    void run() override;
    bool runOnce(std::chrono::milliseconds timeout) override;
    void stop() override;
    TimePoint now() const override { return m_now; }
    WallTime wallTime() const override;
    quint64 random() override { return m_random.next(); }

private:
    struct Side
    {
        std::shared_ptr<const Callback> callback;
        bool isReady = false;
    };
    using Sides = std::map<int, Side>;

    static void add(Sides &sides, int fd, Callback callback);
    static int runReady(Sides &sides);
    // One turn at this instant; false if there was nothing to do.
    bool turn();
    bool jumpToNextTimer(TimePoint limit);

    TimePoint m_now;
    RandomSource m_random;
    CallQueue m_calls;
    CallQueue m_endCalls;
    bool m_isInTurn = false;
    std::shared_ptr<TimerQueue> m_timers;
    std::shared_ptr<HookList> m_ticks;
    std::shared_ptr<HookList> m_closes;
    Sides m_readers;
    Sides m_writers;
    std::atomic<bool> m_stopping = false;
};

} // namespace Qombu
