// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "net/bytestream.h"

#include <functional>

namespace QombuTest {

// Notes what a stream tells; onX is called after.
class Recorder : public Qombu::ByteStreamListener
{
public:
    void streamOpened() override
    {
        ++opened;
        if (onOpened)
            onOpened();
    }
    void streamReceived(QByteArrayView bytes) override
    {
        ++chunks;
        received.append(bytes);
        if (onReceived)
            onReceived();
    }
    void streamDrained() override
    {
        ++drained;
        if (onDrained)
            onDrained();
    }
    void streamFailed(const Qombu::Error &reason) override
    {
        ++failed;
        error = reason;
        if (onFailed)
            onFailed();
        error = reason; // which outlives a stream that was deleted meanwhile
    }

    int opened = 0;
    int chunks = 0;
    int drained = 0;
    int failed = 0;
    QByteArray received;
    Qombu::Error error;
    std::function<void()> onOpened;
    std::function<void()> onReceived;
    std::function<void()> onDrained;
    std::function<void()> onFailed;
};

} // namespace QombuTest
