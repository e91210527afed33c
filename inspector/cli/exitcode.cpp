// SPDX-License-Identifier: BSD-3-Clause
#include "exitcode.h"

ExitCode exitCodeOf(const Qombu::Error &error)
{
    switch (error.kind()) {
    case Qombu::Error::None:
        return ExitCode::Done;
    case Qombu::Error::Connection:
    case Qombu::Error::Timeout:
        return ExitCode::Unreachable;
    case Qombu::Error::Encode:
    case Qombu::Error::Configuration:
        return ExitCode::Usage;
    default:
        return ExitCode::Failed;
    }
}
