// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/asker.h"

#include <Qombu/definitions.h>

namespace Qombu {

/*!
    \class Qombu::Definitions
    \inmodule Qombu
    \inheaderfile Qombu/Definitions
    \brief What is declared at a broker, as one document.

    Exchanges, queues, bindings, policies and parameters of the virtual host of the connection, in
    the JSON of RabbitMQ's management API: a file of one broker can be imported into another.
    Messages are no part of it.

    Answers Error::Unsupported where the transport lacks Capability::Definitions: of those in this
    version, RabbitMQ has it. Requests wait for the link as those of a Channel do, and end with the
    same errors; they are never repeated on their own.

    Belongs to the thread of its Connection, as all handles do, and may outlive it.
*/

/*! Asks over \a connection, which is not owned; \a parent owns this object. */
Definitions::Definitions(Connection *connection, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Asker>(connection))
{
}

Definitions::~Definitions() = default;

/*!
    Exports what is declared in the virtual host, byte for byte as the broker writes it: at most
    256 MiB, else Error::Channel. Users and their passwords are never part of it. RabbitMQ lets only
    administrators do so.
*/
Pending<QByteArray> Definitions::exportAll()
{
    return d->ask<QByteArray>(Ask::ExportDefinitions{});
}

/*!
    Declares at the broker what \a json names, which exportAll() has written. Queues, exchanges and
    bindings that are there stay as they are, and it is no error where they differ; policies and
    parameters of the same name, such as limits of the virtual host, are replaced; nothing is
    removed. RabbitMQ lets only administrators do so.

    It is not one step: if the broker refuses something, the error says what (Error::Channel), and
    what does not depend on it may have been imported. RabbitMQ 3.10 leaves out bindings of what
   does not exist, without a word; 4.0 refuses them.

    Ends with Error::Decode, and nothing is sent, if \a json is no such file; also if it is that of
    a whole broker, whose virtual hosts would all be put into this one. At most 256 MiB are sent
    (Error::LimitExceeded); RabbitMQ 3.10 and 4.0 refuse files above 20 MB as a whole.
*/
Pending<void> Definitions::importAll(const QByteArray &json)
{
    return d->ask<void>(Ask::ImportDefinitions{json});
}

} // namespace Qombu
