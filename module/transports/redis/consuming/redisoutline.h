// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/redisrecord.h"
#include "transports/redis/redisclient.h"

namespace Qombu::Redis {

// A large record of a held delivery, read without the text of its body, which stays on the server:
// where the message belongs, and what has to be changed in it, stands around the body. A value.
class RecordOutline
{
public:
    // Nothing in it: there is no such record (size() 0), or it cannot be read without its body.
    RecordOutline() = default;
    static RecordOutline read(const RespValue &reply);
    // Asks for one.
    static void ask(CommandSender &sender, const QByteArray &unackedKey, const QByteArray &tag,
                    std::function<void(Result<RecordOutline>)> done);

    qint64 size() const { return m_size; } // of the record
    // Its envelope has a mark for a body.
    const std::optional<UnackedRecord> &record() const { return m_record; }
    QByteArray envelope() const; // with an empty body
    // The arguments of the restore script behind tag and score: the envelope, marked as redelivered
    // byte for byte as it would be as a whole.
    RespCommand restoreArguments() const;

private:
    qint64 m_size = 0;
    qint64 m_bodyAt = 0; // the place of the quote before it, from 1
    qint64 m_bodyBytes = 0;
    std::optional<UnackedRecord> m_record;
};

} // namespace Qombu::Redis
