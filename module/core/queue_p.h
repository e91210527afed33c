// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/queue.h>

namespace Qombu {

// What tells one queue without a name from another: the same for all copies of a Queue, unique in
// this process. 0: it has a name.
class QueueToken
{
public:
    static quint64 of(const Queue &queue);
};

} // namespace Qombu
