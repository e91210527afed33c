// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "net/socketaddress.h"

#include <QtCore/qbytearrayview.h>

#include <span>

QT_BEGIN_NAMESPACE
class QHostAddress;
QT_END_NAMESPACE

namespace Qombu {

// One non-blocking stream socket: the only place with calls of socket(2). Owns the descriptor and
// closes it; move-only. Every call answers at once, with an errno where it fails.
class PosixSocket
{
public:
    static constexpr size_t MaximumPieces = 64;

    static SocketAddress tcpAddress(const QHostAddress &host, quint16 port);
    // Empty if the path is too long for the kernel.
    static SocketAddress unixAddress(const QString &path);

    PosixSocket() = default;
    // Takes over a connected socket.
    explicit PosixSocket(int descriptor);
    PosixSocket(PosixSocket &&other) noexcept;
    PosixSocket &operator=(PosixSocket &&other) noexcept;
    ~PosixSocket();

    // Begins to connect: 0 if it is connected already, EINPROGRESS if it will be writable when it
    // is known, EAGAIN if it must be tried again later (unix sockets only), else what failed.
    int connectTo(const SocketAddress &address);
    // What became of EINPROGRESS; 0 if it is connected.
    int connectionError() const;

    // The number of bytes, 0 at the end of the stream, or minus errno.
    qint64 read(std::span<char> buffer) const;
    // The number of bytes, or minus errno. At most MaximumPieces.
    qint64 write(std::span<const QByteArrayView> pieces) const;

    void close();
    // Gives the descriptor away.
    int release();
    bool isOpen() const { return m_descriptor >= 0; }
    int descriptor() const { return m_descriptor; }

private:
    void setTcpOptions() const;
    bool isConnectedToItself() const;

    int m_descriptor = -1;
};

} // namespace Qombu
