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
    case Qombu::Error::NotFound:
        return ExitCode::NotThere;
    case Qombu::Error::Encode:
        return ExitCode::Usage;
    case Qombu::Error::Unroutable: // nobody takes it; or a name that messaging keeps for itself
        return error.replyCode() == 403 ? ExitCode::Usage : ExitCode::Failed;
    case Qombu::Error::Configuration: // of ours: URL or options; of the broker: a permission
        return error.replyCode() == 0 ? ExitCode::Usage : ExitCode::Failed;
    default:
        return ExitCode::Failed;
    }
}
