// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Messages as they cross the port between client/ and a transport. Plain values.

#include "core/message_p.h"

#include <Qombu/result.h>

#include <functional>
#include <memory>

namespace Qombu {

// The one answer to one request. Called at most once, in the Hub's thread, never after the end of
// what was asked.
template<typename T>
using Done = std::function<void(Result<T>)>;

// The delivery numbers of one Connection: unique over all its transports, links and channels, and
// rising. A number is the only name of its delivery, in the transport's record and in the user's
// Message. Hub's thread; the engine owns it.
class DeliveryNumbers
{
public:
    // The first of count numbers that nobody else gets; not all of them need be used.
    quint64 take(int count = 1)
    {
        const quint64 first = m_last + 1;
        m_last += quint64(count);
        return first;
    }
    quint64 last() const { return m_last; } // every delivery so far has this number or a lower one

private:
    quint64 m_last = 0;
};

struct OutgoingMessage
{
    quint64 id = 0; // of the publish, for PublishOutcome
    std::shared_ptr<const MessageContent> content; // encoded and compressed
    bool mandatory = true;
    bool again = false; // an earlier link or channel had it, and may have passed it on
};

struct PublishOutcome
{
    quint64 id = 0;
    // None: the broker has it. Error::Unroutable: nothing took it. A recoverable one: not now,
    // publish it again; one in doubt: it was sent, and is perhaps there.
    Error error;
};

struct IncomingMessage
{
    quint64 delivery = 0; // 0: nothing to settle
    QString queue;
    std::shared_ptr<const MessageContent> content; // encoded and compressed; never null
    QByteArray wire; // as it was stored, where putBack() needs it
    // Of a broadcast, which comes whether there is room for it or not, with nothing to settle, and
    // which the broker does not keep: what it weighs. 0: it is none.
    qint64 broadcastBytes = 0;
    Error error; // LinkBrowser: this is no message, and content->body is what there is
};

struct SettleRequest
{
    quint64 delivery = 0;
    Settlement settlement = Settlement::Ack;
};

} // namespace Qombu
