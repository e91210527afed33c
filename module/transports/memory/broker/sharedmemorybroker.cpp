// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/broker/sharedmemorybroker.h"

namespace Qombu {

std::shared_ptr<SharedMemoryBroker> SharedMemoryBroker::named(const QString &name)
{
    static std::mutex mutex;
    static QHash<QString, std::shared_ptr<SharedMemoryBroker>> brokers;
    const std::lock_guard lock(mutex);
    std::shared_ptr<SharedMemoryBroker> &broker = brokers[name];
    if (!broker)
        broker = std::make_shared<SharedMemoryBroker>();
    return broker;
}

} // namespace Qombu
