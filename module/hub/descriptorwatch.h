// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/hub.h>

#include <memory>

namespace Qombu {

// How a Hub learns which descriptors are ready: one strategy an operating system. Level-triggered.
// Hub's thread; the Hub owns it.
class DescriptorWatch
{
public:
    enum class Direction { Read, Write };
    enum class Strategy {
        Best, // what this system is fastest with
        NotifierEach, // one QSocketNotifier a descriptor and direction; everywhere
        Epoll, // one epoll set behind one QSocketNotifier; Linux
    };

    // The Hub's side: every batch of callbacks happens inside one turn.
    class Turns
    {
    public:
        virtual void turnBegins() = 0;
        virtual void turnEnds() = 0;

    protected:
        ~Turns() = default;
    };

    // The thread must have an event dispatcher by now.
    static std::unique_ptr<DescriptorWatch> create(Strategy strategy, Turns *turns);

    virtual ~DescriptorWatch();
    DescriptorWatch(const DescriptorWatch &) = delete;
    DescriptorWatch &operator=(const DescriptorWatch &) = delete;

    virtual void set(int fd, Direction direction, Hub::Callback callback) = 0;
    virtual void remove(int fd, Direction direction) = 0;

protected:
    explicit DescriptorWatch(Turns *turns);

    // Marks one batch of callbacks as a turn of the Hub.
    class Turn
    {
    public:
        explicit Turn(const DescriptorWatch *watch)
            : m_turns(watch->m_turns)
        {
            m_turns->turnBegins();
        }
        ~Turn() { m_turns->turnEnds(); }
        Q_DISABLE_COPY_MOVE(Turn)

    private:
        Turns *m_turns;
    };

private:
    Turns *m_turns;
};

} // namespace Qombu
