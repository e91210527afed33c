// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/error.h>

// What the shell is told; the numbers are part of the program's contract.
enum class ExitCode {
    Done = 0,
    Failed = 1, // the operation failed
    Usage = 2, // wrong arguments; nothing was sent
    Unreachable = 3, // broker unreachable, or a deadline passed
    Refused = 4, // by read-only mode or for safety
    NotThere = 5, // what was named is not there, or fewer messages came than were asked for
};

ExitCode exitCodeOf(const Qombu::Error &error);
