// SPDX-License-Identifier: BSD-3-Clause
#include <Qombu/spi/bytestream.h>

namespace Qombu {

/*!
    \class Qombu::ByteStream
    \inmodule Qombu
    \inheaderfile Qombu/spi/ByteStream
    \brief One byte pipe to a peer, without any protocol.

    Belongs to the thread of its Hub and tells one ByteStreamListener what happens. For people who
    write a transport.
*/

/*!
    Closes at once: output that the kernel does not have yet is lost, the listener is not called.
*/
ByteStream::~ByteStream() = default;

/*!
    \fn void ByteStream::open()

    Begins to connect. The listener is told by streamOpened() or streamFailed(), never inside this
    call, and not later than the connect time-out the stream was made with. Call it once.
*/

/*!
    \fn void ByteStream::write(const QByteArray &bytes)

    Sends \a bytes after all that was written before, as far as the kernel takes them now, and
    queues the rest. Never blocks, never calls the listener; a failure is told from the event loop.
    Before streamOpened() everything is queued; after streamFailed() everything is ignored.
*/

/*!
    \fn void ByteStream::setReading(bool on)

    With \a on being false nothing more is read from the kernel, which in time slows down the peer;
    the end of the stream is not noticed then, either. Takes effect at once, inside
    streamReceived(), too. On by default.
*/

/*!
    \fn qint64 ByteStream::bytesToWrite() const

    The number of bytes that wait for the kernel. It is not bounded here: who writes more when this
    is large decides to do so; streamDrained() tells when it is zero again.
*/

/*!
    \class Qombu::ByteStreamListener
    \inmodule Qombu
    \inheaderfile Qombu/spi/ByteStreamListener
    \brief What a ByteStream tells its owner.

    The owner may write to, stop, close or delete the stream inside any of the calls.
*/

/*!
    \fn void ByteStreamListener::streamOpened()

    The peer is there: resolved, connected, and with TLS the handshake done.
*/

/*!
    \fn void ByteStreamListener::streamReceived(QByteArrayView bytes)

    \a bytes arrived. They are valid during the call only.
*/

/*!
    \fn void ByteStreamListener::streamDrained()

    All output is in the kernel again after it had to wait.
*/

/*!
    \fn void ByteStreamListener::streamFailed(const Error &error)

    The stream ended with \a error. Once; nothing comes after it. A peer's close is an
    Error::Connection.
*/

ByteStreamListener::~ByteStreamListener() = default;

} // namespace Qombu
