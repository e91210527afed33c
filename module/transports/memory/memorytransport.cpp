// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/memorytransport.h"

#include "port/transportregistry.h"
#include "transports/memory/memorylink.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {

namespace {

const QLatin1String MaximumBytes("maximum_bytes");

// The option as given in the URL's query or, before that, in the transport options; invalid: not
// given.
QVariant maximumBytes(const BrokerUrl &url, const ConnectionOptions &options)
{
    const QVariant option = options.transportOptions.value(MaximumBytes);
    if (option.isValid())
        return option;
    const QString text = url.query().value(MaximumBytes);
    return text.isNull() ? QVariant() : QVariant(text);
}

} // namespace

/*!
    \class Qombu::MemoryTransport
    \inmodule Qombu
    \internal
    \brief The transport of memory://name URLs.

    All connections of a process that name the same broker share it, whatever thread they are in.
    The broker lives as long as the process: messages survive the end of every connection, and
    nothing else. memory:// without a name is a broker of its own.

    Exchanges of type direct, topic and fanout follow AMQP 0-9-1 exactly. A message to the default
    exchange makes its queue, and a queue nobody declared can be consumed from, as on Redis.
    Priorities 0 to 9 are served higher first. Requeued messages return to their old place.
    Exclusive and auto-delete queues behave as in AMQP, and a dead-letter queue belongs to the
    queue, whoever declared it. Expiry, time to live and length limits of queues are accepted and
    ignored, with a notice.

    The transport option \c maximum_bytes (default 268435456; also in the URL's query) bounds what
    the broker keeps, unacknowledged messages included. A publish beyond it fails with
    Error::Blocked. It belongs to the broker: the connection that named it last decides.
*/

Error MemoryTransport::check(const BrokerUrl &url, const ConnectionOptions &options) const
{
    const QVariant given = maximumBytes(url, options);
    bool ok = true;
    if (given.isValid() && (given.toLongLong(&ok) <= 0 || !ok)) {
        return Error(Error::Configuration,
                     QCoreApplication::translate(
                         "Qombu::MemoryTransport",
                         "Transport option maximum_bytes must be a number of bytes, not \"%1\"")
                         .arg(given.toString()))
            .withWhere(MaximumBytes);
    }
    return {};
}

std::unique_ptr<Link> MemoryTransport::createLink(const LinkSetup &setup)
{
    const auto broker = SharedMemoryBroker::named(setup.url.host());
    if (const QVariant given = maximumBytes(setup.url, setup.options); given.isValid()) {
        broker->ask(
            [bytes = given.toLongLong()](MemoryBroker &memory) { memory.maximumBytes = bytes; });
    }
    return std::make_unique<MemoryLink>(setup, broker);
}

namespace Builtin {

TransportInfo memory()
{
    TransportInfo info;
    info.name = QStringLiteral("memory");
    info.schemes = {QStringLiteral("memory")};
    info.capabilities = MemoryLink::Able;
    info.create = [] { return std::make_unique<MemoryTransport>(); };
    return info;
}

} // namespace Builtin
} // namespace Qombu
