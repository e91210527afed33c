// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/global.h>

#include <QtCore/qobject.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace Qombu {
class HubHandle;

// The only door to the outside world: descriptors, timers, calls from other threads, clock and
// random numbers of one thread, on that thread's Qt event loop.
class QOMBU_EXPORT Hub : public QObject
{
    Q_OBJECT
public:
    using Callback = std::function<void()>;
    using Duration = std::chrono::nanoseconds;
    using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;
    using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

    ~Hub() override;

    // The Hub of this thread, made at the first call; it dies with the thread.
    static Hub *current();
    // The one shared I/O thread's Hub, started at the first call.
    static Hub *background();

    // One reader and one writer a descriptor; a second call replaces the callback.
    // Level-triggered. Remove before close(fd).
    virtual void addReader(int fd, Callback callback) = 0;
    virtual void addWriter(int fd, Callback callback) = 0;
    virtual void removeReader(int fd) = 0;
    virtual void removeWriter(int fd) = 0;
    void remove(int fd);

    // Thread-safe, the only function that is: runs callback in the Hub's thread, in order of
    // calling.
    virtual void callSoon(Callback callback) = 0;
    // At the end of this turn, or soon where there is none.
    virtual void callAtTurnEnd(Callback callback) = 0;
    [[nodiscard]] virtual HubHandle callAt(TimePoint when, Callback callback) = 0;
    [[nodiscard]] HubHandle callLater(Duration delay, Callback callback);
    template<typename Rep, typename Period>
    [[nodiscard]] HubHandle callLater(std::chrono::duration<Rep, Period> delay, Callback callback);
    [[nodiscard]] HubHandle callRepeatedly(Duration interval, Callback callback);

    // Called at the end of every turn in which the Hub did something.
    [[nodiscard]] virtual HubHandle onTick(Callback callback) = 0;
    // Called once, when the Hub is destroyed.
    [[nodiscard]] virtual HubHandle onClose(Callback callback) = 0;

    // For console programs; GUI programs run the QCoreApplication instead.
    virtual void run() = 0;
    // Waits at most timeout for something to do and does it; false if there was nothing.
    virtual bool runOnce(std::chrono::milliseconds timeout) = 0;
    // Ends run(); thread-safe.
    virtual void stop() = 0;

    virtual TimePoint now() const = 0;
    virtual WallTime wallTime() const = 0;
    virtual quint64 random() = 0;

protected:
    explicit Hub(QObject *parent = nullptr);
};

// Keeps one timer or hook of a Hub alive: cancels it when destroyed. Move-only; used in the Hub's
// thread; may outlive the Hub.
class QOMBU_EXPORT HubHandle
{
public:
    HubHandle();
    explicit HubHandle(Hub::Callback cancel);
    HubHandle(HubHandle &&other) noexcept;
    HubHandle &operator=(HubHandle &&other) noexcept;
    ~HubHandle();

    void cancel();

private:
    Hub::Callback m_cancel;
};

template<typename Rep, typename Period>
HubHandle Hub::callLater(std::chrono::duration<Rep, Period> delay, Callback callback)
{
    using Given = std::chrono::duration<Rep, Period>;
    const Given most = std::chrono::duration_cast<Given>(Duration::max());
    const bool isNever = delay >= most;
    return callLater(isNever ? Duration::max()
                             : std::chrono::duration_cast<Duration>(std::max(delay, -most)),
                     std::move(callback));
}

} // namespace Qombu
