// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/error.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>

namespace Qombu {

// What a ByteStream tells its owner. The owner may close or delete the stream inside any call.
class QOMBU_EXPORT ByteStreamListener
{
public:
    virtual ~ByteStreamListener();
    virtual void streamOpened() = 0;
    // The bytes are valid during the call only.
    virtual void streamReceived(QByteArrayView bytes) = 0;
    // All output is in the kernel again after it had to wait.
    virtual void streamDrained() = 0;
    // Once; nothing comes after it. A peer's close is an Error::Connection.
    virtual void streamFailed(const Error &error) = 0;
};

// One byte pipe; Hub's thread; no protocol.
class QOMBU_EXPORT ByteStream
{
public:
    virtual ~ByteStream(); // closes at once, without a further call to the listener
    virtual void open() = 0; // resolves, connects, handshakes: streamOpened() or streamFailed()
    virtual void write(const QByteArray &bytes) = 0; // never blocks; order kept
    virtual void setReading(bool on) = 0; // off: nothing is read from the kernel
    virtual qint64 bytesToWrite() const = 0;
};

} // namespace Qombu
