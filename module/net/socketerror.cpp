// SPDX-License-Identifier: BSD-3-Clause
#include "net/socketerror.h"

#include <QtCore/qcoreapplication.h>

#include <cerrno>
#include <system_error>

namespace Qombu {
namespace {

// Translated, unlike the C library's, which follow another locale than the program.
QString knownText(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return QCoreApplication::translate("Socket", "connection refused");
    case ETIMEDOUT:
        return QCoreApplication::translate("Socket", "no answer");
    case ECONNRESET:
        return QCoreApplication::translate("Socket", "connection reset by the peer");
    case EPIPE:
        return QCoreApplication::translate("Socket", "the peer has closed the connection");
    case EHOSTUNREACH:
        return QCoreApplication::translate("Socket", "no route to the host");
    case ENETUNREACH:
        return QCoreApplication::translate("Socket", "the network is unreachable");
    case ENOENT:
        return QCoreApplication::translate("Socket", "no such socket");
    case ENOTSOCK:
        return QCoreApplication::translate("Socket", "not a socket");
    case EACCES:
    case EPERM:
        return QCoreApplication::translate("Socket", "permission denied");
    case EAGAIN:
        return QCoreApplication::translate("Socket", "the peer accepts no connection");
    case EMFILE:
    case ENFILE:
        return QCoreApplication::translate("Socket", "too many open files");
    case ENAMETOOLONG:
        return QCoreApplication::translate("Socket", "the path is too long for a socket");
    default:
        return {};
    }
}

} // namespace

QString socketErrorText(int error)
{
    const QString text = knownText(error);
    return text.isEmpty() ? QString::fromStdString(std::generic_category().message(error)) : text;
}

} // namespace Qombu
