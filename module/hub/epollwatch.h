// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "hub/descriptorwatch.h"

#include <QtCore/qsocketnotifier.h>

#include <unordered_map>

namespace Qombu {

// Watches with one epoll set behind one QSocketNotifier: the cost of a turn does not grow with the
// number of descriptors, whatever Qt's dispatcher does.
class EpollWatch final : public DescriptorWatch
{
public:
    // Then back to the loop: the GUI must breathe.
    static constexpr int MaximumEventsPerTurn = 64;

    explicit EpollWatch(Turns *turns);
    ~EpollWatch() override;

    bool isValid() const { return m_set >= 0; }

    void set(int fd, Direction direction, Hub::Callback callback) override;
    void remove(int fd, Direction direction) override;

private:
    struct Side
    {
        std::shared_ptr<const Hub::Callback> callback;
        quint64 addedIn = 0; // the batch that was the latest when it was added
    };
    struct Entry
    {
        Side reader;
        Side writer;

        Side &side(Direction direction) { return direction == Direction::Read ? reader : writer; }
    };

    void control(int operation, int fd, const Entry &entry) const;
    void dispatch();
    void deliver(int fd, Direction direction, quint64 batch);

    int m_set;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::unordered_map<int, Entry> m_entries;
    quint64 m_batch = 0;
};

} // namespace Qombu
