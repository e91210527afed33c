// SPDX-License-Identifier: BSD-3-Clause
#include "interruption.h"

#include <Qombu/hub.h>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

namespace {

int writer = -1;

void noteSignal(int)
{
    const char byte = 1;
    [[maybe_unused]] const auto written = ::write(writer, &byte, 1);
}

} // namespace

Interruption::Interruption()
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return; // the signals keep killing, as ever
    m_reader = ends[0];
    writer = ends[1];
    Qombu::Hub::current()->addReader(m_reader, [this] {
        char bytes[16];
        if (::read(m_reader, bytes, sizeof bytes) > 0)
            Q_EMIT occurred();
    });
    struct sigaction action = {};
    action.sa_handler = noteSignal;
    action.sa_flags = SA_RESETHAND | SA_RESTART;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGHUP, &action, nullptr); // the terminal is gone
}

Interruption::~Interruption()
{
    if (m_reader < 0)
        return;
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGHUP, SIG_DFL);
    Qombu::Hub::current()->remove(m_reader);
    ::close(m_reader);
    ::close(writer);
}
