// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/tablecheck.h"

#include "transports/amqp/wire/amqptext.h"

#include <QVarLengthArray>
#include <QtEndian>

namespace Qombu::Amqp {

namespace {

constexpr qsizetype LengthBytes = 4;

// Bytes of a value of this type behind the type; -1: it says so itself; -2: no such type.
int fixedBytes(char type)
{
    switch (type) {
    case 'V':
        return 0;
    case 't':
    case 'b':
    case 'B':
        return 1;
    case 's':
    case 'u':
    case 'U':
        return 2;
    case 'I':
    case 'i':
    case 'f':
        return 4;
    case 'D':
        return 5;
    case 'L':
    case 'l':
    case 'd':
    case 'T':
        return 8;
    case 'S':
    case 'x':
    case 'A':
    case 'F':
        return -1;
    default:
        return -2;
    }
}

class TableWalk
{
public:
    TableWalk(QByteArrayView bytes, qsizetype offset)
        : m_bytes(bytes)
        , m_at(offset)
    {
    }

    TableCheck walk()
    {
        if (!open(true, m_bytes.size()))
            return m_check;
        while (m_check.verdict == TableCheck::Good && !m_open.isEmpty()) {
            if (m_at == m_open.back().end)
                m_open.pop_back();
            else
                readField();
        }
        return m_check;
    }

private:
    struct Level
    {
        qsizetype end;
        bool hasKeys;
    };

    bool fail(TableCheck::Verdict verdict, const QString &why)
    {
        m_check.verdict = verdict;
        m_check.why = why;
        return false;
    }
    bool failLength()
    {
        return fail(TableCheck::Broken, Text::tr("a length in a field table does not fit"));
    }

    qsizetype left() const { return m_open.back().end - m_at; }

    // A length, and that so many bytes follow before end; -1: they do not.
    qsizetype length(qsizetype end)
    {
        if (end - m_at < LengthBytes)
            return -1;
        const qsizetype bytes = qFromBigEndian<quint32>(m_bytes.data() + m_at);
        m_at += LengthBytes;
        return end - m_at < bytes ? -1 : bytes;
    }

    bool open(bool hasKeys, qsizetype end)
    {
        const qsizetype bytes = length(end);
        if (bytes < 0)
            return failLength();
        if (m_open.size() == MostTableDepth)
            return fail(TableCheck::Unreadable,
                        Text::tr("tables are nested more than %1 deep").arg(MostTableDepth));
        m_open.push_back({m_at + bytes, hasKeys});
        return true;
    }

    bool readField()
    {
        if (++m_fields > MostTableFields)
            return fail(TableCheck::Unreadable,
                        Text::tr("a table has more than %1 fields").arg(MostTableFields));
        if (m_open.back().hasKeys) {
            const qsizetype key = quint8(m_bytes[m_at]);
            if (left() < 1 + key + 1)
                return failLength();
            m_at += 1 + key;
        }
        const char type = m_bytes[m_at];
        ++m_at;
        if (type == 'A' || type == 'F')
            return open(type == 'F', m_open.back().end);
        qsizetype bytes = fixedBytes(type);
        if (bytes == -2)
            return fail(TableCheck::Unreadable,
                        Text::tr("a field has the unknown type '%1'").arg(QLatin1Char(type)));
        if (type == 'U')
            m_check.shortIntegers.push_back(m_at - 1);
        if (bytes < 0)
            bytes = length(m_open.back().end);
        if (bytes < 0 || left() < bytes)
            return failLength();
        m_at += bytes;
        return true;
    }

    const QByteArrayView m_bytes;
    qsizetype m_at;
    int m_fields = 0;
    QVarLengthArray<Level, MostTableDepth> m_open;
    TableCheck m_check;
};

} // namespace

TableCheck checkTable(QByteArrayView bytes, qsizetype offset)
{
    return TableWalk(bytes, offset).walk();
}

QByteArray withKnownTypes(QByteArrayView bytes, const TableCheck &check)
{
    QByteArray known = bytes.toByteArray();
    for (const qsizetype at : check.shortIntegers)
        known[at] = 's';
    return known;
}

qsizetype tableBytes(QByteArrayView bytes, qsizetype offset)
{
    if (bytes.size() - offset < LengthBytes)
        return -1;
    const qsizetype size = LengthBytes + qsizetype(qFromBigEndian<quint32>(bytes.data() + offset));
    return bytes.size() - offset < size ? -1 : size;
}

} // namespace Qombu::Amqp
