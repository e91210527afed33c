// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/wire/respcommand.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace Qombu::Redis {

// One command carries at most so much: it must not keep the server from others for long, and Lua
// cannot hand many arguments to one call.
inline constexpr int copiesPerCommand = 128;
inline constexpr qsizetype bytesPerCommand = 256 * 1024;

// Collects the envelopes of one call of the publish script: lists in order of first use, runs of
// one list together. Each is written to where it leaves from, so that it is not copied here.
class PublishCall
{
public:
    // expectedCount: of the members of the set; "?": it does not matter; null: there is no set, and
    // the first key is any list.
    PublishCall(const QByteArray &bindingSet, const QByteArray &expectedCount)
        : m_keys{bindingSet}
        , m_arguments{expectedCount}
    {
    }

    // write(bytes) appends the envelope; nothing is added if it returns an Error.
    template<typename Write>
    auto add(const QByteArray &list, qsizetype expectedBytes, Write &&write)
    {
        auto error = m_arguments.addWritten(expectedBytes, std::forward<Write>(write));
        if (!error.isError())
            count(list);
        return error;
    }
    // Nothing is pushed unless this is a member of the set.
    void expectMember(const QByteArray &member)
    {
        if (member != m_lastMember)
            m_members.add(member);
        m_lastMember = member;
    }
    // With the push; lists that do not exist do not mind.
    void expire(const std::vector<QByteArray> &lists, std::chrono::milliseconds life);
    void reserve(qsizetype bytes) { m_arguments.reserve(bytes); }
    bool isFull() const
    {
        return m_copies >= copiesPerCommand || m_arguments.size() >= bytesPerCommand
            || m_members.size() >= bytesPerCommand;
    }

    const RespCommand &keys() const { return m_keys; }
    RespCommand takeArguments(); // of the whole call

private:
    std::size_t numberOf(const QByteArray &list); // from 1
    void count(const QByteArray &list);
    void endRun();

    std::vector<QByteArray> m_lists;
    std::vector<QByteArray> m_expiring; // the first list of each
    RespCommand m_keys;
    RespCommand m_arguments;
    RespCommand m_members;
    QByteArray m_lastMember;
    QByteArray m_runs;
    QByteArray m_lives;
    std::size_t m_list = 0; // of the run
    int m_length = 0;
    int m_copies = 0;
};

} // namespace Qombu::Redis
