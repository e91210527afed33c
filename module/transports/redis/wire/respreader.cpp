// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/wire/respreader.h"

#include <QCoreApplication>

#include <hiredis/read.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace Qombu::Redis {

namespace {

constexpr qsizetype SliceBytes = 32 << 10; // the parser moves its remaining bytes after each slice
constexpr std::size_t SpareBytes = 1 << 20; // an empty buffer larger than this is freed
constexpr qint64 FirstItems = 64; // reserved for an array, whatever it announces
constexpr int MostNested = 8; // arrays in arrays; hiredis 1.0 and later would read on for ever
constexpr std::size_t LengthDigits = 32;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Redis::RespReader)
};

} // namespace

// The functions by which the C parser builds a RespValue in place.
struct RespBuilder
{
    static RespReader *owner(const redisReadTask *task)
    {
        return static_cast<RespReader *>(task->privdata);
    }

    static void *createString(const redisReadTask *task, char *text, size_t size)
    {
        RespReader *reader = owner(task);
        if (qint64(size) > reader->m_limits.elementBytes) {
            reader->failElement(qint64(size));
            return nullptr;
        }
        reader->m_rootBytes += qint64(size);
        if (reader->m_rootBytes > reader->m_limits.replyBytes) {
            reader->fail(Error::LimitExceeded,
                         Text::tr("The Redis server sent a reply of more than %1 bytes")
                             .arg(reader->m_limits.replyBytes));
            return nullptr;
        }
        RespValue *value = reader->place(task);
        if (!value)
            return nullptr;
        value->type = task->type == REDIS_REPLY_STATUS ? RespValue::Status
            : task->type == REDIS_REPLY_ERROR          ? RespValue::ErrorReply
                                                       : RespValue::Bulk;
        value->text = QByteArray(text, qsizetype(size));
        return value;
    }

    // Length is an int in hiredis 0.14 and a size_t since 1.0.
    template<typename Length>
    static void *createArray(const redisReadTask *task, Length length)
    {
        RespReader *reader = owner(task);
        const qint64 announced = qint64(length);
        if (reader->m_reader->ridx >= MostNested) {
            reader->failProtocol(QLatin1String("arrays in arrays, too deeply"));
            return nullptr;
        }
        RespValue *value = reader->place(task);
        if (!value)
            return nullptr;
        if (reader->m_rootItems + announced > reader->m_limits.replyItems) {
            reader->fail(
                Error::LimitExceeded,
                Text::tr("The Redis server announced a reply of %1 elements").arg(announced));
            return nullptr;
        }
        value->type = RespValue::Array;
        value->items.reserve(std::size_t(std::min(announced, FirstItems)));
        return value;
    }

    static void *createInteger(const redisReadTask *task, long long number)
    {
        RespValue *value = owner(task)->place(task);
        if (value) {
            value->type = RespValue::Integer;
            value->integer = number;
        }
        return value;
    }

    static void *createNil(const redisReadTask *task) { return owner(task)->place(task); }

    // Only RESP3 has these, so place() refuses them.
    static void *createDouble(const redisReadTask *task, double, char *, size_t)
    {
        return owner(task)->place(task);
    }
    static void *createBool(const redisReadTask *task, int) { return owner(task)->place(task); }

    static void freeObject(void *) { } // the values belong to the RespReader
};

namespace {

// A template, so that members which only hiredis 1.0 and later have are asked for where they are.
template<typename Functions>
Functions makeFunctions()
{
    Functions functions{};
    functions.createString = RespBuilder::createString;
    functions.createArray = RespBuilder::createArray;
    functions.createInteger = RespBuilder::createInteger;
    functions.createNil = RespBuilder::createNil;
    functions.freeObject = RespBuilder::freeObject;
    if constexpr (requires { functions.createDouble; }) {
        functions.createDouble = RespBuilder::createDouble;
        functions.createBool = RespBuilder::createBool;
    }
    return functions;
}

redisReplyObjectFunctions builderFunctions = makeFunctions<redisReplyObjectFunctions>();

// The innermost object that is not complete. hiredis keeps an array of tasks, since 1.0 of
// pointers.
template<typename Reader>
const redisReadTask &unfinished(const Reader &reader)
{
    if constexpr (requires { reader.rstack; })
        return reader.rstack[reader.ridx];
    else
        return *reader.task[reader.ridx];
}

// hiredis 1.0 and later read RESP3 too, which nobody asked the server for.
bool isResp2(const redisReadTask *task)
{
    switch (task->type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_ARRAY:
    case REDIS_REPLY_INTEGER:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
        return true;
    default:
        return false;
    }
}

} // namespace

void RespReader::Free::operator()(redisReader *reader) const
{
    redisReaderFree(reader);
}

RespReader::RespReader(RespLimits limits)
    : m_limits(limits)
    , m_reader(redisReaderCreateWithFunctions(&builderFunctions))
{
    Q_CHECK_PTR(m_reader.get());
    m_reader->maxbuf = SpareBytes;
    m_reader->privdata = this; // the library's macro for this does not compile as C++
}

RespReader::~RespReader() = default;

void RespReader::feed(QByteArrayView bytes)
{
    while (!bytes.isEmpty() && !m_error) {
        const QByteArrayView slice = bytes.first(std::min(bytes.size(), SliceBytes));
        bytes = bytes.sliced(slice.size());
        redisReaderFeed(m_reader.get(), slice.data(), size_t(slice.size()));
        parse();
    }
}

std::optional<RespValue> RespReader::next()
{
    if (m_nextReady == m_ready.size()) {
        m_ready.clear();
        m_nextReady = 0;
        return std::nullopt;
    }
    return std::move(m_ready[m_nextReady++]);
}

void RespReader::parse()
{
    while (!m_error) {
        void *reply = nullptr;
        if (redisReaderGetReply(m_reader.get(), &reply) != REDIS_OK) {
            // Keeps the text of a limit, if that was the cause.
            failProtocol(QLatin1String(m_reader->errstr));
            return;
        }
        if (!reply)
            break;
        m_ready.push_back(std::exchange(m_root, RespValue()));
        m_rootBytes = 0;
        m_rootItems = 0;
    }
    checkUnfinished();
}

// What the parser waits for must be within the limits before it is collected.
void RespReader::checkUnfinished()
{
    const redisReader *reader = m_reader.get();
    if (m_error || reader->ridx < 0 || reader->pos >= reader->len)
        return;
    const char *rest = reader->buf + reader->pos;
    const std::size_t restBytes = reader->len - reader->pos;
    if (unfinished(*reader).type != REDIS_REPLY_STRING) {
        if (qint64(restBytes) > m_limits.lineBytes)
            fail(Error::LimitExceeded, Text::tr("The Redis server sent an endless line"));
        return;
    }
    // A bulk string: its type byte is consumed, its length comes first.
    const char *end = std::find(rest, rest + std::min(restBytes, LengthDigits), '\r');
    qint64 announced = 0;
    std::from_chars(rest, end, announced);
    if (announced > m_limits.elementBytes) {
        failElement(announced);
    } else if (end == rest + LengthDigits) {
        fail(Error::Protocol, Text::tr("The Redis server sent a length that is not a number"));
    }
}

void RespReader::fail(Error::Kind kind, const QString &text)
{
    if (!m_error)
        m_error = Error(kind, text).withRecoverable(true);
}

void RespReader::failProtocol(QLatin1String what)
{
    fail(Error::Protocol, Text::tr("The Redis server does not speak its protocol: %1").arg(what));
}

void RespReader::failElement(qint64 bytes)
{
    fail(Error::LimitExceeded,
         Text::tr("The Redis server announced an element of %1 bytes; the limit is %2")
             .arg(bytes)
             .arg(m_limits.elementBytes));
}

// Where the object of task goes: the root, or a new last element of its parent. Ancestors of an
// open array are never moved, because their next element comes only after it is complete.
RespValue *RespReader::place(const redisReadTask *task)
{
    if (!isResp2(task)) {
        failProtocol(QLatin1String("a type of RESP3"));
        return nullptr;
    }
    if (!task->parent)
        return &m_root;
    if (++m_rootItems > m_limits.replyItems) {
        fail(Error::LimitExceeded, Text::tr("The Redis server sent a reply of too many elements"));
        return nullptr;
    }
    return &static_cast<RespValue *>(task->parent->obj)->items.emplace_back();
}

} // namespace Qombu::Redis
