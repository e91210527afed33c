// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisclient.h"

namespace Qombu::Redis {

// An element of a quarantine. A value.
struct QuarantineElement
{
    QByteArray name; // the server makes it from the bytes
    qint64 size = 0;
    QByteArray bytes; // all of them, or the first ones

    bool isWhole() const { return bytes.size() == size; }
};

// Some elements of a quarantine, the oldest first.
struct QuarantinePage
{
    static constexpr qint64 wholeBytes = 1
        << 20; // of larger elements nobody needs more than the start

    qint64 length = 0; // of the quarantine
    std::vector<QuarantineElement> elements; // none: there is no further one

    // Asks for at most so many behind the first ones, of those above wholeBytes for the start only.
    // The server decides how many it tells at once: it looks at a bounded number of bytes.
    static void ask(CommandSender &sender, const QByteArray &key, qint64 skip, qint64 atMost,
                    qint64 wholeBytes, std::function<void(Result<QuarantinePage>)> done);
};

} // namespace Qombu::Redis
