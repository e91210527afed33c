// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/messagerecord.h"

namespace Qombu::Inspector {

// One look at a queue: all of it, or the two ends of a longer one.
struct QueueSample
{
    QList<MessageRecord> newest; // newest first
    QList<MessageRecord> next; // in order of delivery; not needed when complete
    bool complete = true; // newest holds the whole queue
};

struct SampleChanges
{
    QList<MessageRecord> arrived; // oldest first
    QList<MessageRecord> departed; // in order of delivery
    bool gap = false; // more went by between two looks than a look shows
};

// Finds out what came and went between two looks. Takes nothing from the queue; what comes and goes
// between two looks it cannot see. Plain class, no clock.
class QueueSampler
{
public:
    // The first sample is the ground the next ones are compared with: it changes nothing.
    SampleChanges add(const QueueSample &sample);
    void reset();

private:
    QueueSample m_last;
    bool m_started = false;
};

} // namespace Qombu::Inspector
