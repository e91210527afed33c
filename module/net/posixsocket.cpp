// SPDX-License-Identifier: BSD-3-Clause
#include "net/posixsocket.h"

#include <QtCore/qendian.h>
#include <QtCore/qfile.h>
#include <QtNetwork/qhostaddress.h>

#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

namespace Qombu {
namespace {

// A peer that vanished without a word is noticed although nobody writes, after some 60 s...
constexpr int KeepAliveIdleSeconds = 30;
constexpr int KeepAliveIntervalSeconds = 10;
constexpr int KeepAliveProbes = 3;
// ... and if somebody writes.
constexpr int UserTimeoutMilliseconds = 60'000;

#ifdef MSG_NOSIGNAL
constexpr int SendFlags = MSG_NOSIGNAL;
#else
constexpr int SendFlags = 0; // SO_NOSIGPIPE instead
#endif

template<typename Address>
QByteArray bytesOf(const Address &address, size_t size = sizeof(Address))
{
    return {reinterpret_cast<const char *>(&address), qsizetype(size)};
}

template<typename Value>
void setOption(int descriptor, int level, int option, const Value &value)
{
    // An option that a system refuses costs comfort, not the connection.
    (void)::setsockopt(descriptor, level, option, &value, sizeof value);
}

void makeNonBlocking(int descriptor)
{
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    ::fcntl(descriptor, F_SETFD, ::fcntl(descriptor, F_GETFD) | FD_CLOEXEC);
#ifdef SO_NOSIGPIPE
    setOption(descriptor, SOL_SOCKET, SO_NOSIGPIPE, 1);
#endif
}

} // namespace

SocketAddress PosixSocket::tcpAddress(const QHostAddress &host, quint16 port)
{
    if (host.protocol() == QAbstractSocket::IPv4Protocol) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = qToBigEndian(port);
        address.sin_addr.s_addr = qToBigEndian(host.toIPv4Address());
        return {bytesOf(address), host.toString()};
    }
    if (host.protocol() != QAbstractSocket::IPv6Protocol)
        return {};
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = qToBigEndian(port);
    const Q_IPV6ADDR bytes = host.toIPv6Address();
    std::memcpy(&address.sin6_addr, &bytes, sizeof bytes);
    if (const QString scope = host.scopeId(); !scope.isEmpty()) {
        bool isNumber = false;
        address.sin6_scope_id = scope.toUInt(&isNumber);
        if (!isNumber)
            address.sin6_scope_id = ::if_nametoindex(scope.toLatin1().constData());
    }
    return {bytesOf(address), host.toString()};
}

SocketAddress PosixSocket::unixAddress(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    sockaddr_un address{};
    if (size_t(name.size()) >= sizeof address.sun_path)
        return {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.constData(), size_t(name.size()));
    return {bytesOf(address, offsetof(sockaddr_un, sun_path) + size_t(name.size()) + 1), path};
}

PosixSocket::PosixSocket(int descriptor)
    : m_descriptor(descriptor)
{
    makeNonBlocking(m_descriptor);
}

PosixSocket::PosixSocket(PosixSocket &&other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
{
}

PosixSocket &PosixSocket::operator=(PosixSocket &&other) noexcept
{
    if (this != &other) {
        close();
        m_descriptor = std::exchange(other.m_descriptor, -1);
    }
    return *this;
}

PosixSocket::~PosixSocket()
{
    close();
}

int PosixSocket::connectTo(const SocketAddress &address)
{
    close();
    const auto *generic = reinterpret_cast<const sockaddr *>(address.bytes.constData());
#ifdef SOCK_CLOEXEC
    const int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
#else
    const int type = SOCK_STREAM;
#endif
    m_descriptor = ::socket(generic->sa_family, type, 0);
    if (m_descriptor < 0)
        return errno;
    makeNonBlocking(m_descriptor);
    if (generic->sa_family != AF_UNIX)
        setTcpOptions();
    if (::connect(m_descriptor, generic, socklen_t(address.bytes.size())) == 0)
        return connectionError();
    return errno == EINTR ? EINPROGRESS : errno; // POSIX: after EINTR it goes on by itself
}

int PosixSocket::connectionError() const
{
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(m_descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        return errno;
    return error == 0 && isConnectedToItself() ? ECONNREFUSED : error;
}

// Nobody listens at a port of the range that the kernel gives to clients, and the kernel gave us
// that very port: TCP then connects the socket to itself.
bool PosixSocket::isConnectedToItself() const
{
    std::array<sockaddr_storage, 2> ends{};
    socklen_t sizes[] = {sizeof ends[0], sizeof ends[1]};
    return ::getsockname(m_descriptor, reinterpret_cast<sockaddr *>(&ends[0]), &sizes[0]) == 0
        && ::getpeername(m_descriptor, reinterpret_cast<sockaddr *>(&ends[1]), &sizes[1]) == 0
        && ends[0].ss_family != AF_UNIX && sizes[0] == sizes[1]
        && std::memcmp(&ends[0], &ends[1], sizes[0]) == 0;
}

void PosixSocket::setTcpOptions() const
{
    setOption(m_descriptor, IPPROTO_TCP, TCP_NODELAY, 1); // we batch by ourselves
    setOption(m_descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
    setOption(m_descriptor, IPPROTO_TCP, TCP_KEEPIDLE, KeepAliveIdleSeconds);
#endif
#ifdef TCP_KEEPINTVL
    setOption(m_descriptor, IPPROTO_TCP, TCP_KEEPINTVL, KeepAliveIntervalSeconds);
    setOption(m_descriptor, IPPROTO_TCP, TCP_KEEPCNT, KeepAliveProbes);
#endif
#ifdef TCP_USER_TIMEOUT
    setOption(m_descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, UserTimeoutMilliseconds);
#endif
}

qint64 PosixSocket::read(std::span<char> buffer) const
{
    for (;;) {
        const auto count = ::read(m_descriptor, buffer.data(), buffer.size());
        if (count >= 0)
            return count;
        if (errno != EINTR)
            return -qint64(errno);
    }
}

qint64 PosixSocket::write(std::span<const QByteArrayView> pieces) const
{
    std::array<iovec, MaximumPieces> vectors;
    const size_t count = std::min(pieces.size(), vectors.size());
    for (size_t i = 0; i < count; ++i) {
        // sendmsg(2) does not write there; its type is older than const.
        vectors[i].iov_base = const_cast<char *>(pieces[i].data());
        vectors[i].iov_len = size_t(pieces[i].size());
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    for (;;) {
        const auto sent = ::sendmsg(m_descriptor, &message, SendFlags);
        if (sent >= 0)
            return sent;
        if (errno != EINTR)
            return -qint64(errno);
    }
}

int PosixSocket::release()
{
    return std::exchange(m_descriptor, -1);
}

void PosixSocket::close()
{
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

} // namespace Qombu
