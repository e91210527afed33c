// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/wire/respcommand.h"

#include "core/bytesink_p.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace Qombu::Redis {

namespace {

constexpr qsizetype LongestNumber = 20;
constexpr qsizetype Frame = LongestNumber + 5; // type, number, two line ends

// "<type><number>\r\n"; returns where it ends.
char *writeHead(char *at, char type, qint64 number)
{
    *at++ = type;
    at = std::to_chars(at, at + LongestNumber, number).ptr;
    *at++ = '\r';
    *at++ = '\n';
    return at;
}

} // namespace

RespCommand &RespCommand::add(QByteArrayView argument)
{
    ByteSink out(m_arguments);
    char *at = writeHead(out.room(argument.size() + Frame), '$', argument.size());
    at = std::copy(argument.begin(), argument.end(), at);
    *at++ = '\r';
    *at++ = '\n';
    out.advance(at);
    ++m_count;
    return *this;
}

RespCommand &RespCommand::add(qint64 number)
{
    std::array<char, LongestNumber> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return add(QByteArrayView(digits.data(), end - digits.data()));
}

// Room for the head that expected would have.
RespCommand::Place RespCommand::beginArgument(qsizetype expected)
{
    const qsizetype begin = m_arguments.size();
    ByteSink out(m_arguments);
    char *const at = out.room(expected + Frame);
    out.advance(writeHead(at, '$', expected));
    return {begin, out.size()};
}

void RespCommand::endArgument(const Place &place, bool isComplete)
{
    if (!isComplete) {
        m_arguments.truncate(place.begin);
        return;
    }
    std::array<char, Frame> head;
    const qsizetype size = m_arguments.size() - place.body;
    const qsizetype headSize = writeHead(head.data(), '$', size) - head.data();
    m_arguments.replace(place.begin, place.body - place.begin, head.data(), headSize);
    m_arguments.append("\r\n", 2);
    ++m_count;
}

RespCommand &RespCommand::addAll(const RespCommand &other)
{
    m_arguments.append(other.m_arguments);
    m_count += other.m_count;
    return *this;
}

QByteArray RespCommand::name() const
{
    const qsizetype start = m_arguments.indexOf('\n') + 1;
    if (start == 0)
        return {};
    return m_arguments.mid(start, m_arguments.indexOf('\r', start) - start);
}

QList<QByteArray> RespCommand::arguments(int most) const
{
    QList<QByteArray> result;
    qsizetype at = 0;
    while (result.size() < most && at < m_arguments.size()) {
        const qsizetype start = m_arguments.indexOf('\n', at) + 1;
        const qsizetype size = m_arguments.mid(at + 1, start - 2 - (at + 1)).toLongLong();
        result.append(m_arguments.mid(start, size));
        at = start + size + 2;
    }
    return result;
}

void RespCommand::appendTo(QByteArray &out) const
{
    appendTo(out, {this});
}

void RespCommand::appendTo(QByteArray &out, std::initializer_list<const RespCommand *> parts)
{
    qint64 count = 0;
    qsizetype size = Frame;
    for (const RespCommand *part : parts) {
        count += part->m_count;
        size += part->m_arguments.size();
    }
    ByteSink sink(out);
    sink.advance(writeHead(sink.room(size), '*', count));
    for (const RespCommand *part : parts)
        sink.put(part->m_arguments);
}

} // namespace Qombu::Redis
