// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/browsing/queuereader.h"

namespace Qombu::Amqp {

// Fetches from the head of a queue, gives all back in one word, and ends when the broker has taken
// that.
class HeadFetch final : public QueueReader
{
public:
    using QueueReader::QueueReader;

    void start() override;

private:
    void channelEvents(std::span<SessionEvent> events) override;
    void fetch();
    void giveBack();

    int m_unanswered = 0; // gets
    quint64 m_last = 0; // delivery tag
    bool m_isEmpty = false; // the queue
};

} // namespace Qombu::Amqp
