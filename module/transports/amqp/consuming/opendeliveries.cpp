// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/consuming/opendeliveries.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace Qombu::Amqp {

namespace {

struct Run // of tags that end alike, and of which none between is open
{
    Ending ending;
    quint64 last;
    std::size_t count;
    bool hasNack;
};

// There is no reject of several; a nack that gives nothing back means the same.
Method methodOf(const Run &run)
{
    const bool isMultiple = run.count > 1;
    switch (run.ending) {
    case Ending::Ack:
        return basicAck(run.last, isMultiple);
    case Ending::Release:
        return run.hasNack ? basicNack(run.last, isMultiple, true) : basicReject(run.last, true);
    case Ending::Reject:
        return isMultiple ? basicNack(run.last, true, false) : basicReject(run.last, false);
    case Ending::Requeue:
        break;
    }
    return basicReject(run.last, true);
}

// A broker may count what was rejected and comes back, and not what was nacked.
bool isForSeveral(const Run &run)
{
    return run.ending == Ending::Ack || (run.hasNack && run.ending != Ending::Requeue);
}

// One alone between two runs that end alike is said before them: then they are one.
void addTo(std::vector<Run> &runs, const Run &one, std::vector<Method> &before)
{
    const auto size = runs.size();
    if (size > 1 && runs[size - 1].count == 1 && runs[size - 2].ending == one.ending) {
        before.push_back(methodOf(runs.back()));
        runs.pop_back();
    }
    if (!runs.empty() && runs.back().ending == one.ending) {
        runs.back().last = one.last;
        ++runs.back().count;
    } else {
        runs.push_back(one);
    }
}

} // namespace

bool OpenDeliveries::end(quint64 tag, Ending ending)
{
    Entry *const entry = m_open.find(tag);
    if (!entry || entry->ending)
        return false;
    entry->ending = ending;
    m_ended.push_back(tag);
    return m_ended.size() == 1;
}

quint64 OpenDeliveries::firstOpen() const
{
    quint64 first = std::numeric_limits<quint64>::max();
    m_open.forEach([&](quint64 tag, const Entry &entry) {
        if (!entry.ending)
            first = tag;
        return entry.ending.has_value();
    });
    return first;
}

// One word may stand for several only as long as nothing open is below them.
std::vector<Method> OpenDeliveries::takeMethods(bool hasNack)
{
    std::vector<quint64> ended = std::exchange(m_ended, {});
    if (!std::ranges::is_sorted(ended))
        std::ranges::sort(ended);
    const quint64 open = firstOpen();
    std::vector<Method> methods;
    std::vector<Run> runs;
    std::vector<Method> beyond;
    for (const quint64 tag : ended) {
        const Run one{*m_open.take(tag)->ending, tag, 1, hasNack};
        if (tag > open)
            beyond.push_back(methodOf(one));
        else if (isForSeveral(one))
            addTo(runs, one, methods);
        else
            methods.push_back(methodOf(one));
    }
    std::ranges::transform(runs, std::back_inserter(methods), methodOf);
    std::ranges::move(beyond, std::back_inserter(methods));
    return methods;
}

std::vector<OpenDelivery> OpenDeliveries::takeAll()
{
    std::vector<OpenDelivery> open;
    for (const auto &[tag, entry] : m_open.takeAll()) {
        if (!entry.ending)
            open.push_back(entry.delivery);
    }
    m_ended.clear();
    return open;
}

} // namespace Qombu::Amqp
