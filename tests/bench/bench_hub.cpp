// SPDX-License-Identifier: BSD-3-Clause
// What one Hub turn costs beside many idle descriptors: bench_hub IDLE [notifiers] prints one
// object.
#include "hub/eventloophub.h"

#include <QCoreApplication>
#include <QElapsedTimer>

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <vector>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const int idle = argc > 1 ? atoi(argv[1]) : 10;
    const bool notifiers = argc > 2 && strcmp(argv[2], "notifiers") == 0;
    using Strategy = Qombu::DescriptorWatch::Strategy;
    Qombu::EventLoopHub hub(notifiers ? Strategy::NotifierEach : Strategy::Best);

    std::vector<int> descriptors;
    for (int i = 0; i < idle; ++i) {
        descriptors.push_back(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
        if (descriptors.back() < 0) {
            perror("eventfd");
            return 1;
        }
        hub.addReader(descriptors.back(), [] {});
    }
    constexpr int Turns = 100000;
    const int busy = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    int turns = 0;
    hub.addReader(busy, [&] {
        eventfd_t value;
        eventfd_read(busy, &value);
        if (++turns == Turns)
            hub.stop();
        else
            eventfd_write(busy, 1);
    });
    eventfd_write(busy, 1);
    QElapsedTimer clock;
    clock.start();
    hub.run();
    printf("{\"descriptors\": %d, \"turn_us\": %.4f}\n", idle,
           double(clock.nsecsElapsed()) / 1000 / Turns);
    for (const int fd : descriptors) {
        hub.remove(fd);
        close(fd);
    }
    hub.remove(busy);
    close(busy);
}
