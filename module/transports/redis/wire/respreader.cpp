// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/wire/respreader.h"

#include "transports/redis/wire/redistext.h"

#include <hiredis/read.h>
#include <hiredis/sds.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

namespace Qombu::Redis {

namespace {

constexpr qsizetype SliceBytes = 32 << 10; // the parser moves its remaining bytes after each slice
constexpr std::size_t SpareBytes = 1 << 20; // an empty buffer larger than this is freed
constexpr qint64 FirstItems = 64; // reserved for an array, whatever it announces
constexpr int MostNested = 8; // arrays in arrays; hiredis 1.0 and later would read on for ever
constexpr qint64 LeastSkipped = 1024; // smaller ones are collected and dropped
constexpr std::size_t LengthDigits = 32;

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
        const bool isTaken = reader->takes(qint64(size));
        RespValue *value = reader->place(task);
        if (!isTaken || !value)
            return value;
        reader->m_rootBytes += qint64(size);
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
            reader->failProtocol(Text::tr("arrays in more than %1 arrays").arg(MostNested));
            return nullptr;
        }
        RespValue *value = reader->place(task);
        if (!value)
            return nullptr;
        if (reader->m_rootItems + announced > reader->m_limits.replyItems) {
            reader->leaveOut(
                Text::tr("The Redis server announced a reply of %1 elements").arg(announced));
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

    static void freeObject(void *) {} // the values belong to the RespReader
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

// The innermost object that is not complete: in an array of tasks until hiredis 0.14, of pointers
// since.
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
    bytes = skip(bytes);
    while (!bytes.isEmpty() && !m_error.isError()) {
        const QByteArrayView slice = bytes.first(std::min(bytes.size(), SliceBytes));
        redisReaderFeed(m_reader.get(), slice.data(), size_t(slice.size()));
        parse();
        bytes = skip(bytes.sliced(slice.size()));
    }
}

// Without what belongs to an element that is left out.
QByteArrayView RespReader::skip(QByteArrayView bytes)
{
    const qsizetype gone = qsizetype(std::min(m_skip, qint64(bytes.size())));
    m_skip -= gone;
    return bytes.sliced(gone);
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
    for (;;) {
        void *reply = nullptr;
        if (redisReaderGetReply(m_reader.get(), &reply) != REDIS_OK) {
            failProtocol(QLatin1String(m_reader->errstr)); // unless it was said already
            return;
        }
        if (!reply && checkUnfinished())
            continue;
        if (!reply)
            return;
        m_ready.push_back(std::exchange(m_root, RespValue()));
        m_rootBytes = 0;
        m_rootItems = 0;
    }
}

// What the parser waits for must be within the limits before it is collected. True if it was not,
// and the parser has something else to read instead.
bool RespReader::checkUnfinished()
{
    const redisReader *reader = m_reader.get();
    if (reader->ridx < 0 || reader->pos >= reader->len)
        return false;
    const char *rest = reader->buf + reader->pos;
    const std::size_t restBytes = reader->len - reader->pos;
    if (unfinished(*reader).type != REDIS_REPLY_STRING) {
        if (qint64(restBytes) > m_limits.lineBytes)
            fail(Error::LimitExceeded, Text::tr("The Redis server sent an endless line"));
        return false;
    }
    // A bulk string: its type byte is consumed, its length comes first.
    const char *end = std::find(rest, rest + std::min(restBytes, LengthDigits), '\r');
    qint64 announced = 0;
    const auto number = std::from_chars(rest, end, announced);
    if (end == rest + LengthDigits || number.ec == std::errc::result_out_of_range) {
        fail(Error::Protocol, Text::tr("The Redis server sent a length that is not a number"));
        return false;
    }
    const qsizetype head = end - rest + 2;
    if (announced < LeastSkipped || number.ptr != end || qsizetype(restBytes) < head
        || end[1] != '\n' || takes(announced))
        return false; // or the end of the length is still to come
    skipUnfinished(announced, head);
    return true;
}

// The parser reads nil instead of the element, whose bytes go past it.
void RespReader::skipUnfinished(qint64 payload, qsizetype head)
{
    redisReader *reader = m_reader.get();
    m_skip = payload + 2 - (qint64(reader->len - reader->pos) - head);
    static constexpr std::string_view Nil = "-1\r\n"; // shorter than any head that is too large
    std::copy(Nil.begin(), Nil.end(), reader->buf + reader->pos);
    reader->len = reader->pos + Nil.size();
    sdssetlen(reader->buf, reader->len);
}

void RespReader::fail(Error::Kind kind, const QString &text)
{
    if (!m_error.isError())
        m_error = Error(kind, text).withRecoverable(true);
}

void RespReader::failProtocol(const QString &what)
{
    fail(Error::Protocol, Text::tr("The Redis server does not speak its protocol: %1").arg(what));
}

// False for an element that is to be left out.
bool RespReader::takes(qint64 bytes)
{
    if (bytes > m_limits.elementBytes) {
        leaveOut(Text::tr("The Redis server announced an element of %1 bytes; the limit is %2")
                     .arg(bytes)
                     .arg(m_limits.elementBytes));
        return false;
    }
    if (m_rootBytes + bytes > m_limits.replyBytes) {
        leaveOut(Text::tr("The Redis server sent a reply of more than %1 bytes")
                     .arg(m_limits.replyBytes));
        return false;
    }
    return true;
}

void RespReader::leaveOut(const QString &why)
{
    if (!std::exchange(m_root.isTooLarge, true))
        m_root.text = why.toUtf8();
}

// Where the object of task goes: the root, or a new last element of its parent. Ancestors of an
// open array are never moved, because their next element comes only after it is complete.
RespValue *RespReader::place(const redisReadTask *task)
{
    if (!isResp2(task)) {
        failProtocol(Text::tr("a type of RESP3"));
        return nullptr;
    }
    if (!task->parent)
        return &m_root;
    if (m_root.isTooLarge || ++m_rootItems > m_limits.replyItems) {
        leaveOut(Text::tr("The Redis server sent a reply of too many elements"));
        m_leftOut = RespValue();
        return &m_leftOut;
    }
    return &static_cast<RespValue *>(task->parent->obj)->items.emplace_back();
}

} // namespace Qombu::Redis
