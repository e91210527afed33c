// SPDX-License-Identifier: BSD-3-Clause
#include "net/endpoint.h"

namespace Qombu {

Endpoint Endpoint::tcp(const QString &host, quint16 port)
{
    return {host, port, {}};
}

Endpoint Endpoint::unixSocket(const QString &path)
{
    return {{}, 0, path};
}

QString Endpoint::text() const
{
    if (isUnixSocket())
        return path;
    const bool isLiteral6 = host.contains(u':') && !host.startsWith(u'[');
    return (isLiteral6 ? QString(u'[' + host + u']') : host) + u':' + QString::number(port);
}

} // namespace Qombu
