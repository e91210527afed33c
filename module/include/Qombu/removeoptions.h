// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/global.h>

namespace Qombu {

// Under which conditions a queue or an exchange is removed. A plain value.
struct QOMBU_EXPORT RemoveOptions
{
    bool ifUnused =
        false; // only if nobody consumes from the queue, nothing is bound to the exchange
    bool ifEmpty = false; // only if the queue has no ready messages

    friend bool operator==(const RemoveOptions &, const RemoveOptions &) = default;
};

} // namespace Qombu
