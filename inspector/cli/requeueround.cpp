// SPDX-License-Identifier: BSD-3-Clause
#include "requeueround.h"

namespace {

// What was put back first comes again first. More than one is kept because other consumers may take
// those, and no more than this because the queue may be endless.
constexpr qsizetype MostTags = 1'000'000;

} // namespace

// The tag stays in the envelope on the way through the queue. It is looked for by queue: an
// exchange puts one tag into all of its queues. A tag that was never redelivered is a careless
// publisher's.
bool RequeueRound::comesAgain(const Qombu::Message &message) const
{
    const auto found = m_queues.constFind(message.queue());
    return found != m_queues.cend() && message.isRedelivered()
        && found->tags.contains(message.deliveryTag());
}

void RequeueRound::putBack(const Qombu::Message &message)
{
    QSet<QString> &tags = m_queues[message.queue()].tags;
    if (tags.size() < MostTags)
        tags.insert(message.deliveryTag());
}
