// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qstring.h>

namespace Qombu {

// Where a stream leads: a host and port, or the path of a unix socket. A value.
struct Endpoint
{
    static Endpoint tcp(const QString &host, quint16 port);
    static Endpoint unixSocket(const QString &path);

    bool isUnixSocket() const { return !path.isEmpty(); }
    // "localhost:6379", "[::1]:6379", "/run/redis.sock": for people.
    QString text() const;

    friend bool operator==(const Endpoint &, const Endpoint &) = default;

    QString host;
    quint16 port = 0;
    QString path;
};

} // namespace Qombu
