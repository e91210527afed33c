// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <initializer_list>

namespace Qombu::Redis {

// One command for a Redis server, written as RESP while its arguments are added.
class RespCommand
{
public:
    RespCommand() = default;
    RespCommand(std::initializer_list<QByteArrayView> arguments);

    RespCommand &add(QByteArrayView argument);
    RespCommand &add(qint64 number);
    RespCommand &addAll(const RespCommand &other); // its arguments, after these
    void reserve(qsizetype bytes) { m_arguments.reserve(bytes); }

    int count() const { return m_count; }
    qsizetype size() const { return m_arguments.size(); }
    QByteArray name() const; // the first argument, for error texts
    void appendTo(QByteArray &out) const; // "*<count>\r\n" and the arguments

private:
    int m_count = 0;
    QByteArray m_arguments; // "$<length>\r\n<bytes>\r\n" each
};

} // namespace Qombu::Redis
