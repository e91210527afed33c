// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "hub/descriptorwatch.h"

#include <QtCore/qsocketnotifier.h>

#include <map>

namespace Qombu {

// Watches with one QSocketNotifier a descriptor and direction: for systems without epoll, and as
// the reference in measurements. The cost of a turn grows with the number of descriptors.
class NotifierWatch final : public DescriptorWatch
{
public:
    explicit NotifierWatch(Turns *turns);
    ~NotifierWatch() override;

    void set(int fd, Direction direction, Hub::Callback callback) override;
    void remove(int fd, Direction direction) override;

private:
    // Whoever removes a notifier may be standing in its signal: it dies later, but is deaf at once.
    struct Retire
    {
        void operator()(QSocketNotifier *notifier) const;
    };
    using Key = std::pair<int, Direction>;
    struct Entry
    {
        std::unique_ptr<QSocketNotifier, Retire> notifier;
        std::shared_ptr<const Hub::Callback> callback;
    };

    void dispatch(const Key &key);

    std::map<Key, Entry> m_entries;
};

} // namespace Qombu
