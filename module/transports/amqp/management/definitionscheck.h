// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/error.h>

#include <QtCore/qbytearrayview.h>
#include <QtCore/qset.h>

#include <rapidjson/rapidjson.h>

namespace Qombu::Amqp {

// Whether a file is what RabbitMQ exports of one virtual host. RabbitMQ itself takes objects of
// anything else for a file without definitions, and puts the queues of all virtual hosts of a whole
// broker into one. Reads the events of Json::read() and keeps next to nothing. Plain class.
class DefinitionsCheck
{
public:
    // No error: it can be sent.
    static Error check(QByteArrayView json);

    void reset() { *this = DefinitionsCheck(); }
    Error takeError() const { return m_error; }
    bool Null() { return value(Kind::Other); }
    bool Bool(bool) { return value(Kind::Other); }
    bool String(const char *text, rapidjson::SizeType size, bool);
    bool RawNumber(const char *, rapidjson::SizeType, bool) { return value(Kind::Other); }
    bool Int(int) { return value(Kind::Other); }
    bool Uint(unsigned) { return value(Kind::Other); }
    bool Int64(qint64) { return value(Kind::Other); }
    bool Uint64(quint64) { return value(Kind::Other); }
    bool Double(double) { return value(Kind::Other); }
    bool StartObject();
    bool Key(const char *text, rapidjson::SizeType size, bool);
    bool EndObject(rapidjson::SizeType);
    bool StartArray();
    bool EndArray(rapidjson::SizeType);

private:
    enum class Kind { Object, Array, Other };
    bool value(Kind kind);
    bool refuse(const QString &why);
    Error verdict() const;

    Error m_error;
    int m_depth = 0; // of what is open
    QByteArray m_part; // the member of the file that is read
    QByteArray m_key; // the member of one of its entries
    int m_names = 0; // of the members that say what an entry is
    bool m_hasParts = false;
    QSet<QByteArray> m_hosts; // virtual hosts that entries name; two are enough
};

} // namespace Qombu::Amqp
