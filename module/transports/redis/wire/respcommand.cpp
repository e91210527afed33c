// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/wire/respcommand.h"

#include <array>
#include <charconv>

namespace Qombu::Redis {

namespace {

void appendNumber(QByteArray &out, qint64 number)
{
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end - digits.data());
}

} // namespace

RespCommand::RespCommand(std::initializer_list<QByteArrayView> arguments)
{
    for (const QByteArrayView argument : arguments)
        add(argument);
}

RespCommand &RespCommand::add(QByteArrayView argument)
{
    m_arguments.append('$');
    appendNumber(m_arguments, argument.size());
    m_arguments.append("\r\n", 2);
    m_arguments.append(argument);
    m_arguments.append("\r\n", 2);
    ++m_count;
    return *this;
}

RespCommand &RespCommand::add(qint64 number)
{
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return add(QByteArrayView(digits.data(), end - digits.data()));
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

void RespCommand::appendTo(QByteArray &out) const
{
    out.append('*');
    appendNumber(out, m_count);
    out.append("\r\n", 2);
    out.append(m_arguments);
}

} // namespace Qombu::Redis
