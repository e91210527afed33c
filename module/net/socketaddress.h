// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

namespace Qombu {

// One address that connect(2) takes, and its name for people. A value.
struct SocketAddress
{
    QByteArray bytes; // a sockaddr; empty: there is no such address
    QString text;
};

} // namespace Qombu
