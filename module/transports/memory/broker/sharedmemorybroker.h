// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/memory/broker/memorybroker.h"

#include <mutex>

namespace Qombu {

// A broker for all links of this process that name it, in any thread. Thread-safe.
class SharedMemoryBroker
{
public:
    // The broker of memory://name. It lives as long as the process, so that messages survive a
    // reconnect and the time between two programs' parts.
    static std::shared_ptr<SharedMemoryBroker> named(const QString &name);

    // What f makes of the broker, which it has for itself. What f returns is free of it, or a value
    // whose end may wait until others have the broker again.
    template<typename F>
    auto ask(F &&f)
    {
        const std::lock_guard lock(m_mutex);
        return f(m_broker);
    }

private:
    std::mutex m_mutex;
    MemoryBroker m_broker;
};

} // namespace Qombu
