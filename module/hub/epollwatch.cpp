// SPDX-License-Identifier: BSD-3-Clause
#include "hub/epollwatch.h"

#include "core/logging_p.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace Qombu {
namespace {

// A peer that is gone wakes whoever waits, reader or writer: both learn it from read(2) or
// write(2).
constexpr quint32 Gone = EPOLLHUP | EPOLLERR;

} // namespace

EpollWatch::EpollWatch(Turns *turns)
    : DescriptorWatch(turns)
    , m_set(::epoll_create1(EPOLL_CLOEXEC))
{
    if (m_set < 0) {
        qCWarning(lcHub, "no epoll set (errno %d): one notifier a descriptor instead", errno);
        return;
    }
    m_notifier = std::make_unique<QSocketNotifier>(m_set, QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                     [this] { dispatch(); });
}

EpollWatch::~EpollWatch()
{
    m_notifier.reset();
    if (m_set >= 0)
        ::close(m_set);
}

void EpollWatch::set(int fd, Direction direction, Hub::Callback callback)
{
    auto [position, isNew] = m_entries.try_emplace(fd);
    Side &side = position->second.side(direction);
    auto shared = std::make_shared<const Hub::Callback>(std::move(callback));
    std::swap(side.callback, shared);
    if (!shared) // added, not replaced
        side.addedIn = m_batch;
    control(isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, position->second);
}

void EpollWatch::remove(int fd, Direction direction)
{
    const auto position = m_entries.find(fd);
    if (position == m_entries.end())
        return;
    const auto dropped = std::exchange(position->second.side(direction).callback, nullptr);
    if (!dropped)
        return;
    if (position->second.reader.callback || position->second.writer.callback) {
        control(EPOLL_CTL_MOD, fd, position->second);
        return;
    }
    // Not kept with an empty mask: epoll would go on telling EPOLLHUP to nobody.
    m_entries.erase(position);
    control(EPOLL_CTL_DEL, fd, {});
}

void EpollWatch::control(int operation, int fd, const Entry &entry) const
{
    epoll_event event{};
    event.data.fd = fd;
    event.events = (entry.reader.callback ? EPOLLIN : 0U) | (entry.writer.callback ? EPOLLOUT : 0U);
    if (::epoll_ctl(m_set, operation, fd, &event) == 0)
        return;
    // The set forgets a descriptor when it is closed. That was too early, but the number may be
    // somebody else's by now, who must not suffer from it.
    if (operation == EPOLL_CTL_DEL)
        return;
    if (operation == EPOLL_CTL_MOD && errno == ENOENT
        && ::epoll_ctl(m_set, EPOLL_CTL_ADD, fd, &event) == 0)
        return;
    if (operation == EPOLL_CTL_ADD && errno == EEXIST
        && ::epoll_ctl(m_set, EPOLL_CTL_MOD, fd, &event) == 0)
        return;
    qCWarning(lcHub, "descriptor %d cannot be watched (errno %d)", fd, errno);
}

void EpollWatch::dispatch()
{
    std::array<epoll_event, MaximumEventsPerTurn> events;
    const int count = ::epoll_wait(m_set, events.data(), MaximumEventsPerTurn, 0);
    if (count <= 0)
        return; // EINTR, or a nested loop was faster: what is still ready is told again

    const Turn turn(this);
    const quint64 batch = ++m_batch;
    // A nested event loop makes the rest of this batch old: all of it is told again.
    for (int i = 0; i < count && m_batch == batch; ++i) {
        const epoll_event &event = events[size_t(i)];
        if (event.events & (EPOLLIN | Gone))
            deliver(event.data.fd, Direction::Read, batch);
        if (event.events & (EPOLLOUT | Gone))
            deliver(event.data.fd, Direction::Write, batch);
    }
}

void EpollWatch::deliver(int fd, Direction direction, quint64 batch)
{
    if (m_batch != batch)
        return;
    const auto position = m_entries.find(fd);
    if (position == m_entries.end())
        return; // removed by an earlier callback of this batch
    const Side &side = position->second.side(direction);
    // Added after the batch was fetched: the event belongs to whoever had the number before.
    if (!side.callback || side.addedIn >= batch)
        return;
    const auto callback = side.callback; // may remove itself
    (*callback)();
}

} // namespace Qombu
