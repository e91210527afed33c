// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/redisoutline.h"
#include "transports/redis/redisclient.h"

namespace Qombu::Redis {

// The record of a held delivery as a look sees it. A value.
struct HeldRecord
{
    qint64 size = 0; // 0: there is none any more
    QByteArray text; // the whole; empty: it was too large
    RecordOutline outline; // then, if the server lets us run scripts

    std::optional<UnackedRecord> read() const
    {
        return text.isEmpty() ? outline.record() : UnackedRecord::read(text);
    }
};

// Reads those of these tags, in their order: first how large each of them is, then as a whole what
// is not larger than wholeBytes, and of the others an outline. An Error only if the link is lost or
// the hash cannot be read.
void readHeldRecords(CommandSender &sender, const QByteArray &unackedKey,
                     std::vector<QByteArray> tags, qint64 wholeBytes,
                     std::function<void(Result<std::vector<HeldRecord>>)> done);

} // namespace Qombu::Redis
