// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>

namespace Qombu::Inspector {

// What was said on the command line.
struct CommandLine
{
    enum Outcome { Run, Help, Version, Wrong };

    Outcome outcome = Run;
    QString text; // of Help, Version and Wrong
    QString url; // empty: the demo broker
    QString place; // to open, such as "queues/orders"
    QString screenshot; // file to write, then end
    QString settingsFile; // instead of the user's
    bool readOnly = false;

    static CommandLine parse(const QStringList &arguments);
};

} // namespace Qombu::Inspector
