// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/wire/respcommand.h"

#include <algorithm>
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
    PublishCall(const QByteArray &bindingSet, const QByteArray &fingerprint)
        : m_keys{bindingSet}
        , m_arguments{fingerprint}
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
    void reserve(qsizetype bytes) { m_arguments.reserve(bytes); }
    bool isFull() const
    {
        return m_copies >= copiesPerCommand || m_arguments.size() >= bytesPerCommand;
    }

    const RespCommand &keys() const { return m_keys; }
    RespCommand takeArguments(); // of the whole call

private:
    void count(const QByteArray &list);
    void endRun();

    std::vector<QByteArray> m_lists;
    RespCommand m_keys;
    RespCommand m_arguments;
    QByteArray m_runs;
    std::size_t m_list = 0; // of the run, from 1
    int m_length = 0;
    int m_copies = 0;
};

} // namespace Qombu::Redis
