// SPDX-License-Identifier: BSD-3-Clause
#include "net/fdstream.h"

#include "core/logging_p.h"
#include "net/connector.h"
#include "net/socketerror.h"

#include <QtCore/qcoreapplication.h>

#include <array>
#include <cerrno>
#include <utility>

namespace Qombu {
namespace {

using namespace std::chrono_literals;

constexpr size_t InputSize = 64 * 1024;
// Then it is the turn of others; what is left is told again.
constexpr int ReadsPerTurn = 4;
constexpr int WritesPerTurn = 4;

QString peerClosedText()
{
    return QCoreApplication::translate("FdStream", "closed by the peer");
}

} // namespace

class FdStream::Guard
{
public:
    explicit Guard(const FdStream *stream)
        : m_stream(stream)
        , m_alive(stream->m_alive)
    {
    }
    bool isGone() const { return m_alive.expired(); }
    bool isOpen() const { return !isGone() && m_stream->m_state == State::Open; }

private:
    const FdStream *m_stream;
    std::weak_ptr<char> m_alive;
};

/*!
    \internal
    \class Qombu::FdStream
    Makes a stream to \a endpoint on \a hub that tells \a listener what happens. Name look-up and
    all attempts together take at most \a connectTimeout. TLS is not its business: see
    streamsTo().
*/
FdStream::FdStream(Hub *hub, const Endpoint &endpoint, ByteStreamListener *listener,
                   Hub::Duration connectTimeout)
    : m_hub(hub)
    , m_name(endpoint.text())
    , m_listener(listener)
    , m_connector(std::make_unique<Connector>(hub, endpoint, connectTimeout,
                                              [this](PosixSocket socket, const Error &error) {
                                                  if (error.isError())
                                                      failWith(error);
                                                  else
                                                      connected(std::move(socket));
                                              }))
{
}

/*!
    \internal
    Makes a stream of the connected socket \a descriptor, which it closes in the end. \a name tells
    people what it leads to.
*/
FdStream::FdStream(Hub *hub, int descriptor, const QString &name, ByteStreamListener *listener)
    : m_hub(hub)
    , m_name(name)
    , m_listener(listener)
    , m_socket(descriptor)
{
}

FdStream::~FdStream()
{
    releaseSocket();
}

void FdStream::open()
{
    if (m_state != State::New)
        return;
    m_state = State::Connecting;
    if (m_connector)
        m_connector->start();
    else
        m_soon = m_hub->callLater(0ns, [this] { connected(std::move(m_socket)); });
}

void FdStream::connected(PosixSocket socket)
{
    m_socket = std::move(socket);
    m_connector.reset(); // called us, and touches nothing any more
    m_state = State::Open;
    updateReader();
    if (!m_output.isEmpty()) {
        m_hasWriter = true;
        m_hub->addWriter(m_socket.descriptor(), [this] { continueSending(); });
    }
    m_listener->streamOpened();
}

void FdStream::setReading(bool on)
{
    m_isReading = on;
    if (m_state == State::Open && !m_isDelivering)
        updateReader();
}

void FdStream::updateReader()
{
    if (m_hasReader == m_isReading)
        return;
    m_hasReader = m_isReading;
    if (m_hasReader)
        m_hub->addReader(m_socket.descriptor(), [this] { receive(); });
    else
        m_hub->removeReader(m_socket.descriptor());
}

void FdStream::receive()
{
    if (m_isDelivering) {
        // The listener turns an event loop: what comes next waits until it has returned.
        m_hasReader = false;
        m_hub->removeReader(m_socket.descriptor());
        return;
    }
    if (!m_input)
        m_input = std::make_unique_for_overwrite<char[]>(InputSize);
    for (int round = 0; round < ReadsPerTurn && m_isReading; ++round) {
        const qint64 count = m_socket.read({m_input.get(), InputSize});
        if (count == -EAGAIN || count == -EWOULDBLOCK)
            return;
        if (count <= 0) {
            fail(count == 0 ? peerClosedText() : socketErrorText(int(-count)), int(-count));
            return;
        }
        if (!deliver({m_input.get(), qsizetype(count)}))
            return;
        if (size_t(count) < InputSize)
            return; // that was all, most likely
    }
}

// False if the stream is not to be touched any more.
bool FdStream::deliver(QByteArrayView bytes)
{
    const Guard guard(this);
    m_isDelivering = true;
    m_listener->streamReceived(bytes);
    if (guard.isGone())
        return false;
    m_isDelivering = false;
    if (!guard.isOpen())
        return false;
    updateReader();
    return true;
}

void FdStream::write(const QByteArray &bytes)
{
    if (m_state == State::Closed || bytes.isEmpty())
        return;
    const bool mustWait = m_state != State::Open || !m_output.isEmpty();
    m_output.append(bytes);
    if (mustWait)
        return;
    if (const int error = sendQueued()) {
        m_output.clear();
        m_soon = m_hub->callLater(0ns, [this, error] { failToWrite(error); });
    } else if (!m_output.isEmpty()) {
        m_hasWriter = true;
        m_hub->addWriter(m_socket.descriptor(), [this] { continueSending(); });
    }
}

// Gives the kernel what it takes; returns what failed.
int FdStream::sendQueued()
{
    std::array<QByteArrayView, PosixSocket::MaximumPieces> pieces;
    for (int round = 0; round < WritesPerTurn && !m_output.isEmpty(); ++round) {
        const size_t count = m_output.peek(pieces);
        const qint64 sent = m_socket.write(std::span(pieces).first(count));
        if (sent == -EAGAIN || sent == -EWOULDBLOCK)
            return 0;
        if (sent < 0)
            return int(-sent);
        m_output.consume(sent);
    }
    return 0;
}

void FdStream::continueSending()
{
    if (const int error = sendQueued()) {
        failToWrite(error);
        return;
    }
    if (!m_output.isEmpty())
        return;
    m_hasWriter = false;
    m_hub->removeWriter(m_socket.descriptor());
    m_listener->streamDrained();
}

// The peer's last words may be there, and tell why it closed.
void FdStream::failToWrite(int error)
{
    const Guard guard(this);
    if (m_isReading && !m_isDelivering)
        receive();
    if (guard.isOpen())
        fail(socketErrorText(error), error);
}

void FdStream::fail(const QString &reason, int error)
{
    failWith(Error(Error::Connection,
                   QCoreApplication::translate("FdStream", "lost the connection to %1 \u2014 %2")
                       .arg(m_name, reason))
                 .withReplyCode(error)
                 .withRecoverable(true));
}

void FdStream::failWith(const Error &error)
{
    qCDebug(lcNet) << error.text();
    releaseSocket();
    m_state = State::Closed;
    m_output.clear();
    m_listener->streamFailed(error); // may delete this
}

void FdStream::releaseSocket()
{
    m_soon.cancel();
    if (m_socket.isOpen()) {
        if (m_hasReader)
            m_hub->removeReader(m_socket.descriptor());
        if (m_hasWriter)
            m_hub->removeWriter(m_socket.descriptor());
    }
    m_hasReader = m_hasWriter = false;
    m_socket.close();
}

} // namespace Qombu
