// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/error.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>

namespace Qombu {

// What a ByteStream tells its owner, who may write to, stop, close or delete it inside any call.
class ByteStreamListener
{
public:
    virtual ~ByteStreamListener() = default;
    // The peer is there: resolved, connected, and with TLS the handshake done.
    virtual void streamOpened() = 0;
    // The bytes are valid during the call only.
    virtual void streamReceived(QByteArrayView bytes) = 0;
    // All output is in the kernel again after it had to wait.
    virtual void streamDrained() = 0;
    // Once; nothing comes after it. A peer's close is an Error::Connection.
    virtual void streamFailed(const Error &error) = 0;
};

// One byte pipe to a peer, without any protocol. Hub's thread.
class ByteStream
{
public:
    // Closes at once: output that the kernel does not have yet is lost, the listener is not called.
    virtual ~ByteStream() = default;
    // Once. streamOpened() or streamFailed(), never inside this call, and not later than the
    // connect time-out that the stream was made with.
    virtual void open() = 0;
    // Sends after all that was written before, as far as the kernel takes it now, and queues the
    // rest; before streamOpened() everything. Never blocks, never calls the listener. After
    // streamFailed() it is ignored.
    virtual void write(const QByteArray &bytes) = 0;
    // Off: nothing is read from the kernel, which in time slows down the peer; the end of the
    // stream is not noticed then, either. At once, inside streamReceived(), too. On by default.
    virtual void setReading(bool on) = 0;
    // How much waits for the kernel. Not bounded here: who writes more when this is large decides
    // to do so.
    virtual qint64 bytesToWrite() const = 0;
};

} // namespace Qombu
