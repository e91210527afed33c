// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QList>

#include <initializer_list>
#include <type_traits>

namespace Qombu::Redis {

class RespCommand;
template<typename T>
concept CommandPart = !std::is_same_v<T, RespCommand>;

// One command for a Redis server, written as RESP while its arguments are added.
class RespCommand
{
public:
    RespCommand() = default;
    // Each of them text or a number.
    template<CommandPart... Arguments>
    RespCommand(const Arguments &...arguments)
    {
        (add(arguments), ...);
    }

    RespCommand &add(QByteArrayView argument);
    RespCommand &add(qint64 number);
    RespCommand &addAll(const RespCommand &other); // its arguments, after these
    // write(bytes) appends the argument itself to what is there, and returns an Error if it cannot:
    // nothing is added then. expected: about so many bytes; the closer, the less is moved.
    template<typename Write>
    auto addWritten(qsizetype expected, Write &&write)
    {
        const Place place = beginArgument(expected);
        auto error = write(m_arguments);
        endArgument(place, !error.isError());
        return error;
    }
    void reserve(qsizetype bytes) { m_arguments.reserve(bytes); }

    int count() const { return m_count; }
    qsizetype size() const { return m_arguments.size(); }
    QByteArray name() const; // the first argument, for error texts
    QList<QByteArray> arguments(int most) const; // the first ones
    void appendTo(QByteArray &out) const; // "*<count>\r\n" and the arguments
    // One command of several parts.
    static void appendTo(QByteArray &out, std::initializer_list<const RespCommand *> parts);

private:
    struct Place
    {
        qsizetype begin = 0; // of the head
        qsizetype body = 0;
    };
    Place beginArgument(qsizetype expected);
    void endArgument(const Place &place, bool isComplete);

    int m_count = 0;
    QByteArray m_arguments; // "$<length>\r\n<bytes>\r\n" each
};

} // namespace Qombu::Redis
