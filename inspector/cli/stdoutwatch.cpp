// SPDX-License-Identifier: BSD-3-Clause
#include "stdoutwatch.h"

#include <Qombu/hub.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

StdoutWatch::StdoutWatch()
{
    struct stat kind = {};
    if (::fstat(STDOUT_FILENO, &kind) != 0 || !S_ISFIFO(kind.st_mode)
        || (::fcntl(STDOUT_FILENO, F_GETFL) & O_ACCMODE) != O_WRONLY)
        return;
    // The writing end of a pipe is never readable: what comes is the end of its reader.
    m_isWatching = true;
    Qombu::Hub::current()->addReader(STDOUT_FILENO, [this] {
        stop();
        Q_EMIT closed();
    });
}

StdoutWatch::~StdoutWatch()
{
    stop();
}

void StdoutWatch::stop()
{
    if (std::exchange(m_isWatching, false))
        Qombu::Hub::current()->remove(STDOUT_FILENO);
}
