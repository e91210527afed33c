// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/consuming/opendeliveries.h"

#include <algorithm>
#include <utility>

namespace Qombu::Amqp {

struct OpenDeliveries::Run
{
    Ending ending;
    quint64 last;
    bool isMultiple;
};

namespace {

Method methodOf(Ending ending, quint64 tag, bool multiple)
{
    switch (ending) {
    case Ending::Ack:
        return basicAck(tag, multiple);
    case Ending::Release:
        return basicNack(tag, multiple, true);
    default: // there is no reject of several
        return basicReject(tag, ending == Ending::Requeue);
    }
}

bool isForSeveral(Ending ending)
{
    return ending == Ending::Ack || ending == Ending::Release;
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

// One word may stand for several only as long as nothing open is below them: what was said before
// has ended then.
std::vector<OpenDeliveries::Run> OpenDeliveries::takeRuns()
{
    std::vector<quint64> ended = std::exchange(m_ended, {});
    if (!std::ranges::is_sorted(ended))
        std::ranges::sort(ended);
    std::vector<Run> runs;
    bool isLowest = true; // nothing below is open
    for (const quint64 tag : ended) {
        if (isLowest)
            m_open.forEach([&](quint64 lowest, const Entry &) {
                isLowest = lowest == tag;
                return false;
            });
        const Ending ending = *m_open.take(tag)->ending;
        if (isLowest && !runs.empty() && runs.back().ending == ending && isForSeveral(ending)) {
            runs.back().last = tag;
            runs.back().isMultiple = true;
        } else {
            runs.push_back({ending, tag, false});
        }
    }
    return runs;
}

std::vector<Method> OpenDeliveries::takeMethods()
{
    std::vector<Method> methods;
    if (m_ended.empty())
        return methods;
    for (const Run &run : takeRuns())
        methods.push_back(methodOf(run.ending, run.last, run.isMultiple));
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
