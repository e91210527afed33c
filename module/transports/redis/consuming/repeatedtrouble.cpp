// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/repeatedtrouble.h"

#include "transports/redis/redisclient.h"

namespace Qombu::Redis {

void RepeatedTrouble::happened(const Error &error, RedisHost &host)
{
    if (error.isError()) {
        ++m_count;
        if (m_told != error.kind())
            host.notice(makeNotice(m_kind, m_text.arg(error.text()), error));
        m_told = error.kind();
    } else if (m_told) {
        BrokerNotice over = makeNotice(m_kind, m_over.arg(m_count));
        over.active = false;
        over.count = std::exchange(m_count, 0);
        host.notice(over);
        m_told.reset();
    }
}

} // namespace Qombu::Redis
