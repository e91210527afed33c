// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QByteArray>
#include <QString>

#include <vector>

namespace Qombu::Amqp {

constexpr int MostTableDepth = 32;
constexpr int MostTableFields = 65536;

// What is to be known of a field table before rabbitmq-c may read it.
struct TableCheck
{
    enum Verdict {
        Good,
        Unreadable, // well-formed as far as we read: too deep, too many fields, an unknown type
        Broken, // lengths that do not fit: a syntax error
    };
    Verdict verdict = Good;
    QString why;
    // Where a type is 'U', which AMQP 0-9-1 has for a signed 16-bit integer and RabbitMQ's errata
    // call 's', as does rabbitmq-c.
    std::vector<qsizetype> shortIntegers;
};

// Walks over the table that begins at offset and must end within bytes. Never recurses, which
// rabbitmq-c before 0.12 does to any depth.
TableCheck checkTable(QByteArrayView bytes, qsizetype offset);
// The same bytes with 's' where the types are 'U'.
QByteArray withKnownTypes(QByteArrayView bytes, const TableCheck &check);
// The size of the table at offset with its length; -1: not all of it is there.
qsizetype tableBytes(QByteArrayView bytes, qsizetype offset);

} // namespace Qombu::Amqp
