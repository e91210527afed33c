// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qthread.h>

#include <atomic>

namespace Qombu {

// The thread that handles are used in, and a warning, once, where they are not. Any thread; the
// handle owns it.
class HomeThread
{
public:
    explicit HomeThread(const QObject &handle)
        : m_handle(handle)
    {
    }

    bool isHere() const
    {
        return Q_LIKELY(QThread::currentThread() == m_handle.thread()) || warn();
    }

private:
    bool warn() const; // false

    const QObject &m_handle;
    mutable std::atomic_flag m_hasWarned;
};

} // namespace Qombu
