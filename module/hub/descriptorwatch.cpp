// SPDX-License-Identifier: BSD-3-Clause
#include "hub/descriptorwatch.h"

#include "hub/notifierwatch.h"
#ifdef Q_OS_LINUX
#include "hub/epollwatch.h"
#endif

namespace Qombu {

DescriptorWatch::DescriptorWatch(Turns *turns)
    : m_turns(turns)
{
}

DescriptorWatch::~DescriptorWatch() = default;

std::unique_ptr<DescriptorWatch> DescriptorWatch::create(Strategy strategy, Turns *turns)
{
#ifdef Q_OS_LINUX
    if (strategy != Strategy::NotifierEach) {
        auto watch = std::make_unique<EpollWatch>(turns);
        if (watch->isValid())
            return watch; // else: out of descriptors or forbidden; the slower way still works
    }
#else
    Q_UNUSED(strategy)
#endif
    return std::make_unique<NotifierWatch>(turns);
}

} // namespace Qombu
