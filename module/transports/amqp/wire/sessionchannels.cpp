// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/sessionchannels.h"

#include "transports/amqp/wire/methodids.h"

#include <algorithm>

namespace Qombu::Amqp {

SessionChannels::SessionChannels()
{
    m_channels.push_back(std::make_unique<SessionChannel>());
}

quint16 SessionChannels::add(quint16 above)
{
    std::size_t number = std::max<std::size_t>(m_lowestFree, above + 1u);
    while (number < m_channels.size() && m_channels[number])
        ++number;
    if (number > m_most)
        return 0;
    if (number >= m_channels.size())
        m_channels.resize(number + 1);
    m_channels[number] = std::make_unique<SessionChannel>();
    if (above < m_lowestFree)
        m_lowestFree = number + 1;
    return quint16(number);
}

void SessionChannels::remove(quint16 number)
{
    dropRequests(*m_channels[number]);
    m_channels[number].reset();
    m_lowestFree = std::min<std::size_t>(m_lowestFree, number);
}

SessionChannel *SessionChannels::find(quint16 number) const
{
    return number > 0 && number < m_channels.size() ? m_channels[number].get() : nullptr;
}

void SessionChannels::expect(quint16 number, quint32 method, quint32 answer, TimePoint now)
{
    m_channels[number]->requests.push_back({method, answer, now});
    ++m_open;
    if (!m_checkAt && canBeAnswered())
        m_checkAt = now + m_patience;
}

bool SessionChannels::answered(SessionChannel &channel, quint32 answer, TimePoint now)
{
    if (channel.requests.empty())
        return false;
    const quint32 wanted = channel.requests.front().answer;
    const bool isEmptyGet = wanted == MethodId::BasicGetOk && answer == MethodId::BasicGetEmpty;
    if (wanted != answer && !isEmptyGet)
        return false;
    channel.requests.pop_front();
    channel.lastAnswer = now;
    forget(1);
    return true;
}

void SessionChannels::dropRequests(SessionChannel &channel)
{
    forget(channel.requests.size());
    channel.requests.clear();
}

void SessionChannels::dropRequests()
{
    for (const auto &channel : m_channels) {
        if (channel)
            dropRequests(*channel);
    }
}

void SessionChannels::forget(std::size_t requests)
{
    m_open -= requests;
    if (m_open == 0)
        m_checkAt.reset();
}

// A broker that is short of memory does not read from who publishes, and so answers nothing.
void SessionChannels::setBlocked(bool isBlocked, TimePoint now)
{
    m_isBlocked = isBlocked;
    restart(now);
}

void SessionChannels::setListening(bool on, TimePoint now)
{
    m_isListening = on;
    restart(now);
}

void SessionChannels::restart(TimePoint now)
{
    m_unblocked = now;
    m_checkAt.reset();
    if (canBeAnswered() && m_open > 0)
        m_checkAt = now + m_patience;
}

TimePoint SessionChannels::deadline(const SessionChannel &channel) const
{
    return std::max({channel.requests.front().since, channel.lastAnswer, m_unblocked}) + m_patience;
}

std::optional<OverdueRequest> SessionChannels::overdue(TimePoint now)
{
    if (!m_checkAt || now < *m_checkAt)
        return std::nullopt;
    m_checkAt.reset();
    for (std::size_t number = 0; number < m_channels.size(); ++number) {
        const auto &channel = m_channels[number];
        if (!channel || channel->requests.empty())
            continue;
        const TimePoint due = deadline(*channel);
        if (due <= now)
            return OverdueRequest{quint16(number), channel->requests.front().method};
        m_checkAt = std::min(m_checkAt.value_or(due), due);
    }
    return std::nullopt;
}

} // namespace Qombu::Amqp
