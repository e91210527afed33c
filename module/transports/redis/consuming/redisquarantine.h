// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/junkrows.h"

namespace Qombu::Redis {

// Puts away what claims took and is no message: to the quarantine of its queue, byte for byte, or,
// where that is full, back to where it was taken. Nothing is deleted. Hub's thread; owned by
// RedisSettler.
class RedisQuarantine
{
public:
    // refused: the server takes nothing for now; flush() is to be called later.
    RedisQuarantine(const RedisContext &context, std::function<void()> refused);

    // What is no message among this, and tells of it.
    void take(const ClaimResult &result);
    // Why this queue, of which a claim brought this last, is not to be read on; none: it is.
    Error verdict(const QString &queue, const ClaimResult &result, const JunkRows &rows) const;
    void forget(const QString &queue) { m_stuck.remove(queue); } // what was stuck there

    // What was refused for now is sent again.
    void flush();
    std::size_t unrecorded() const; // of what was refused: lost if the link ends now
    bool isIdle() const { return m_underWay == 0 && m_refused.empty(); }

private:
    using Element = ClaimResult::Unreadable;
    void put(const Element &element);
    void answered(const Element &element, const Result<RespValue> &reply);
    void tell(const ClaimResult::Junk &junk);
    Error why(const ClaimResult::Stuck &stuck) const;
    Error full(const QString &queue) const;
    Error refused(const QString &queue, const QString &why) const;

    const RedisContext m_context;
    const std::function<void()> m_tellRefused;
    std::vector<Element> m_refused; // for now
    QHash<QString, Error> m_stuck; // by queue
    int m_underWay = 0;
};

} // namespace Qombu::Redis
