// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/rediscontext.h"

#include <optional>

namespace Qombu::Redis {

// Something that goes wrong again and again: told when it begins, when it goes wrong in another
// way, and, with how often it did, when it is over. A plain class.
class RepeatedTrouble
{
public:
    // text and over have a %1: for the error, for the number.
    RepeatedTrouble(BrokerNotice::Kind kind, const QString &text, const QString &over)
        : m_kind(kind)
        , m_text(text)
        , m_over(over)
    {
    }
    void happened(const Error &error, RedisHost &host); // no error: it went well

private:
    const BrokerNotice::Kind m_kind;
    const QString m_text;
    const QString m_over;
    std::optional<Error::Kind> m_told;
    qint64 m_count = 0;
};

} // namespace Qombu::Redis
