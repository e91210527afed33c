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

/*! Exports what is declared in the virtual host. Brokers let only administrators do so. */
Pending<QByteArray> Definitions::exportAll()
{
    return d->ask<QByteArray>(Ask::ExportDefinitions{});
}

/*!
    Declares at the broker what \a json names, which exportAll() has written. What is there already
    and differs stays as it is, and nothing is removed.
*/
Pending<void> Definitions::importAll(const QByteArray &json)
{
    return d->ask<void>(Ask::ImportDefinitions{json});
}

} // namespace Qombu
