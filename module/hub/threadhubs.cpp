// SPDX-License-Identifier: BSD-3-Clause
#include "hub/eventloophub.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthread.h>

#include <mutex>
#include <semaphore>
#include <vector>

namespace Qombu {
namespace {

// What Hub::current() means in one thread.
struct ThreadSlot
{
    EventLoopHub *hub = nullptr;
    std::unique_ptr<EventLoopHub> owned; // empty in the background thread, whose Hub outlives it
};

thread_local ThreadSlot threadSlot;

bool hasApplication()
{
    return QCoreApplication::instance() && !QCoreApplication::closingDown();
}

bool isMainThread()
{
    return QCoreApplication::instance()
        && QCoreApplication::instance()->thread() == QThread::currentThread();
}

// The shared I/O thread and its Hub. The Hub is closed in its thread when that ends, but stays
// until the end of the process: who calls it too late is ignored. Owned by BackgroundHubs.
class BackgroundThread final : public QThread
{
public:
    BackgroundThread()
    {
        setObjectName(QStringLiteral("Qombu background"));
        start();
        m_ready.acquire();
    }

    ~BackgroundThread() override { finish(); }

    Hub *hub() const { return m_hub.get(); }

    void finish()
    {
        quit();
        wait();
    }

protected:
    void run() override
    {
        m_hub = std::make_unique<EventLoopHub>();
        threadSlot.hub = m_hub.get();
        m_ready.release();
        exec();
        m_hub->close();
    }

private:
    std::unique_ptr<EventLoopHub> m_hub;
    std::binary_semaphore m_ready{0};
};

// All background threads of this process: one a QCoreApplication, which is one in all real
// programs.
class BackgroundHubs
{
public:
    static BackgroundHubs &instance()
    {
        static BackgroundHubs hubs; // its end is the last chance, where no QCoreApplication was
        return hubs;
    }

    Hub *hub()
    {
        const std::lock_guard lock(m_mutex);
        if (m_threads.empty() || m_threads.back()->isFinished()) {
            m_threads.push_back(std::make_unique<BackgroundThread>());
            if (QCoreApplication::instance())
                qAddPostRoutine([] { instance().finish(); });
        }
        return m_threads.back()->hub();
    }

    void finish()
    {
        BackgroundThread *thread = nullptr;
        {
            const std::lock_guard lock(m_mutex);
            thread = m_threads.empty() ? nullptr : m_threads.back().get();
        }
        if (thread) // without the lock: what onClose() calls may ask for the background Hub
            thread->finish();
    }

private:
    std::mutex m_mutex;
    std::vector<std::unique_ptr<BackgroundThread>> m_threads;
};

std::unique_ptr<EventLoopHub> makeHubOfThisThread()
{
    auto hub = std::make_unique<EventLoopHub>();
    // The event dispatcher dies before what is thread_local: the Hub must let go of it in time.
    if (isMainThread()) {
        qAddPostRoutine([] {
            if (threadSlot.owned)
                threadSlot.owned->close();
        });
    } else {
        QObject::connect(QThread::currentThread(), &QThread::finished, hub.get(),
                         &EventLoopHub::close, Qt::DirectConnection);
    }
    return hub;
}

} // namespace

/*!
    Returns the Hub of this thread, on the thread's Qt event loop. It is made at the first call,
    closes when the event loop is gone for good (in the main thread: with the QCoreApplication), and
    dies with the thread.
*/
Hub *Hub::current()
{
    ThreadSlot &slot = threadSlot;
    if (!slot.hub) {
        slot.owned = makeHubOfThisThread();
        slot.hub = slot.owned.get();
    } else if (slot.hub->isClosed() && slot.owned && isMainThread() && hasApplication()) {
        slot.hub->reopen();
        qAddPostRoutine([] { threadSlot.owned->close(); });
    }
    return slot.hub;
}

/*!
    Returns the Hub of the one I/O thread that the whole process shares. The thread is started by
    the first call and ended, after onClose(), with the QCoreApplication. May be called from \b {any
    thread}; of the Hub itself, only callSoon() may.

    No user code runs there: what must never wait for it (heartbeats, leases) is safe.
*/
Hub *Hub::background()
{
    return BackgroundHubs::instance().hub();
}

} // namespace Qombu
