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

// Who starts us with a signal ignored, such as nohup or a shell in the background, wants it so.
void setHandler(int signal, void (*handler)(int))
{
    struct sigaction now = {};
    if (::sigaction(signal, nullptr, &now) != 0 || now.sa_handler == SIG_IGN)
        return;
    struct sigaction wanted = {};
    wanted.sa_handler = handler;
    wanted.sa_flags = SA_RESETHAND | SA_RESTART;
    ::sigaction(signal, &wanted, nullptr);
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
    setHandler(SIGINT, noteSignal);
    setHandler(SIGTERM, noteSignal);
    setHandler(SIGHUP, noteSignal); // the terminal is gone
}

Interruption::~Interruption()
{
    if (m_reader < 0)
        return;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        setHandler(signal, SIG_DFL);
    Qombu::Hub::current()->remove(m_reader);
    ::close(m_reader);
    ::close(writer);
}
