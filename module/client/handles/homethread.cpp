// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/homethread.h"

#include "core/logging_p.h"

namespace Qombu {

bool HomeThread::warn() const
{
    if (!m_hasWarned.test_and_set())
        qCWarning(
            lcClient,
            "A Qombu::Connection, or a Channel, Producer, Consumer or the like of it, is used "
            "in another thread than the one that made it: data races. Use "
            "QMetaObject::invokeMethod(), or a Connection for each thread.");
    return false;
}

} // namespace Qombu
