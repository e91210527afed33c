// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisscripts.h"
#include "transports/redis/wire/respcommand.h"

#include <algorithm>
#include <vector>

namespace Qombu::Redis {

// One command carries at most so much: it must not keep the server from others for long, and Lua
// cannot hand many arguments to one call.
inline constexpr int copiesPerCommand = 128;
inline constexpr qsizetype bytesPerCommand = 256 * 1024;

// Pushes only if the binding set is the one that the routes were made from; otherwise it returns
// the members there are now. Every check comes before the first write.
// KEYS: binding set, lists…; ARGV: fingerprint, then per group: number of the list, n, n envelopes.
const Script &publishScript();

// Collects the envelopes of one script call: lists in order of first use, runs of one list
// together.
class ScriptCall
{
public:
    explicit ScriptCall(qsizetype expectedCopies)
        : m_expected(std::min<qsizetype>(expectedCopies, copiesPerCommand))
    {
    }

    void add(const QByteArray &list, QByteArrayView envelope);
    bool isFull() const
    {
        return m_copies >= copiesPerCommand || m_groups.size() + m_group.size() >= bytesPerCommand;
    }
    int keys() const { return int(m_lists.size()) + 1; }

    RespCommand take(const QByteArray &bindingSet, const QByteArray &fingerprint);

private:
    void endGroup();

    const qsizetype m_expected;
    std::vector<QByteArray> m_lists;
    RespCommand m_groups;
    RespCommand m_group;
    int m_groupList = 0;
    int m_groupCount = 0;
    int m_copies = 0;
};

} // namespace Qombu::Redis
