// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/wire/respvalue.h"

#include <Qombu/error.h>

#include <QByteArrayView>

#include <memory>
#include <optional>
#include <vector>

struct redisReader;
struct redisReadTask;

namespace Qombu::Redis {

// How much of what a server says is believed.
struct RespLimits
{
    qint64 elementBytes = 64 << 20; // of one bulk string
    qint64 replyBytes = 256 << 20; // of all bulk strings in one reply
    qint64 replyItems = 1 << 20; // in all arrays of one reply
    qint64 lineBytes = 64 << 10; // of a status or error line
};

// Cuts the bytes of one server into replies (RESP2, by hiredis' parser). Sans-IO: no socket, no
// clock. Announced sizes are checked when they are announced and never allocated before the bytes
// are there.
class RespReader
{
public:
    explicit RespReader(RespLimits limits = {});
    ~RespReader();

    // Any split of the byte stream gives the same replies. After an error, bytes are ignored.
    void feed(QByteArrayView bytes);
    std::optional<RespValue> next(); // the oldest complete reply
    Error error() const { return m_error; } // of the stream; the replies before it are still there

private:
    friend struct RespBuilder;
    struct Free
    {
        void operator()(redisReader *reader) const;
    };

    void parse();
    void checkUnfinished();
    void fail(Error::Kind kind, const QString &text);
    void failProtocol(QLatin1String what);
    void failElement(qint64 bytes);
    RespValue *place(const redisReadTask *task);

    const RespLimits m_limits;
    std::unique_ptr<redisReader, Free> m_reader;
    RespValue m_root; // the reply that is being built
    qint64 m_rootBytes = 0;
    qint64 m_rootItems = 0;
    std::vector<RespValue> m_ready;
    std::size_t m_nextReady = 0;
    Error m_error;
};

} // namespace Qombu::Redis
