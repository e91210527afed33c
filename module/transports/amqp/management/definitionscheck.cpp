// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/definitionscheck.h"

#include "core/jsonreader_p.h"
#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {
namespace {

enum class PartOfFile { Ours, OfABroker, Other };

PartOfFile partNamed(const QByteArray &name)
{
    for (const char *ours : {"queues", "exchanges", "bindings", "policies", "parameters"}) {
        if (name == ours)
            return PartOfFile::Ours;
    }
    for (const char *brokers :
         {"users", "vhosts", "permissions", "topic_permissions", "global_parameters"}) {
        if (name == brokers)
            return PartOfFile::OfABroker;
    }
    return PartOfFile::Other;
}

QString wholeBroker()
{
    return Text::tr("These are definitions of a whole broker, with users or several virtual hosts: "
                    "RabbitMQ would put the queues of all of them into this one. Export the one "
                    "virtual host, or import the file as a whole: rabbitmqctl import_definitions.");
}

// How many of the members there are that every entry of a part has.
int namesOf(const QByteArray &part)
{
    return part == "bindings" ? 2 : 1;
}

bool isName(const QByteArray &part, const QByteArray &key)
{
    return part == "bindings" ? key == "source" || key == "destination" : key == "name";
}

} // namespace

Error DefinitionsCheck::check(QByteArrayView json)
{
    DefinitionsCheck check;
    bool isWhole = false;
    const Error error = Json::read(json, check, [&isWhole] { isWhole = true; });
    if (isWhole)
        return check.verdict();
    return check.m_error.isError()
        ? check.m_error
        : Error(Error::Decode, Text::tr("This is no file of definitions: %1").arg(error.text()));
}

Error DefinitionsCheck::verdict() const
{
    if (m_hosts.size() > 1)
        return Error(Error::Decode, wholeBroker());
    if (m_hasParts)
        return {};
    return Error(Error::Decode,
                 Text::tr("This is no file of definitions: it has no queues, exchanges, bindings, "
                          "policies or parameters."));
}

bool DefinitionsCheck::refuse(const QString &why)
{
    m_error = Error(Error::Decode, why);
    return false;
}

// Depths: 0 the file, 1 its members, 2 their entries, 3 the members of those.
bool DefinitionsCheck::value(Kind kind)
{
    const PartOfFile part = partNamed(m_part);
    if (m_depth == 0 && kind != Kind::Object) {
        return refuse(Text::tr("This is no file of definitions: RabbitMQ writes a JSON object."));
    }
    if (m_depth == 2 && part == PartOfFile::OfABroker)
        return refuse(wholeBroker());
    const bool isWrong = (m_depth == 1 && part == PartOfFile::Ours && kind != Kind::Array)
        || (m_depth == 2 && part == PartOfFile::Ours && kind != Kind::Object);
    if (isWrong) {
        return refuse(Text::tr("This is no file of definitions: its \"%1\" is no list of objects.")
                          .arg(QString::fromUtf8(m_part)));
    }
    m_hasParts = m_hasParts || (m_depth == 1 && part == PartOfFile::Ours);
    return true;
}

bool DefinitionsCheck::String(const char *text, rapidjson::SizeType size, bool)
{
    if (m_depth == 3 && partNamed(m_part) == PartOfFile::Ours) {
        m_names += isName(m_part, m_key);
        if (m_key == "vhost" && m_hosts.size() < 2)
            m_hosts.insert(QByteArray(text, qsizetype(size)));
    }
    return value(Kind::Other);
}

bool DefinitionsCheck::Key(const char *text, rapidjson::SizeType size, bool)
{
    if (m_depth == 1)
        m_part = QByteArray(text, qsizetype(size));
    else if (m_depth == 3)
        m_key = QByteArray(text, qsizetype(size));
    return true;
}

bool DefinitionsCheck::StartObject()
{
    if (!value(Kind::Object))
        return false;
    if (m_depth == 2)
        m_names = 0;
    ++m_depth;
    return true;
}

bool DefinitionsCheck::EndObject(rapidjson::SizeType)
{
    --m_depth;
    if (m_depth != 2 || partNamed(m_part) != PartOfFile::Ours || m_names >= namesOf(m_part))
        return true;
    return refuse(Text::tr("This is no file of definitions: an entry of its \"%1\" has no name.")
                      .arg(QString::fromUtf8(m_part)));
}

bool DefinitionsCheck::StartArray()
{
    if (!value(Kind::Array))
        return false;
    ++m_depth;
    return true;
}

bool DefinitionsCheck::EndArray(rapidjson::SizeType)
{
    --m_depth;
    return true;
}

} // namespace Qombu::Amqp
