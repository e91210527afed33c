// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/sessionchannels.h"

#include "transports/amqp/wire/methodids.h"

#include <algorithm>

namespace Qombu::Amqp {

SessionChannels::SessionChannels()
{
    m_channels.push_back(std::make_unique<SessionChannel>());
}

quint16 SessionChannels::add()
{
    std::size_t number = m_channels.size();
    if (number <= m_most) {
        m_channels.push_back(nullptr);
    } else if (!m_free.empty()) {
        number = m_free.front();
        m_free.pop_front();
    } else {
        return 0;
    }
    m_channels[number] = std::make_unique<SessionChannel>();
    return quint16(number);
}

void SessionChannels::remove(quint16 number, bool mayEcho)
{
    dropRequests(*m_channels[number]);
    m_channels[number].reset();
    if (m_echoes.size() <= number)
        m_echoes.resize(number + 1u);
    m_echoes[number] = mayEcho;
}

void SessionChannels::release(quint16 number)
{
    m_free.push_back(number);
}

quint16 SessionChannels::count() const
{
    return quint16(std::ranges::count_if(m_channels, [](const auto &one) { return bool(one); })
                   - 1);
}

void SessionChannels::setOpen(quint16 number)
{
    m_channels[number]->state = SessionChannel::Open;
    if (number < m_echoes.size())
        m_echoes[number] = false;
}

SessionChannel *SessionChannels::find(quint16 number) const
{
    return number > 0 && number < m_channels.size() ? m_channels[number].get() : nullptr;
}

void SessionChannels::expect(quint16 number, OpenRequest &&request)
{
    if (!m_checkAt && canBeAnswered())
        m_checkAt = request.since + m_patience / 2;
    m_channels[number]->requests.push_back(std::move(request));
    ++m_open;
}

// In RabbitMQ the queue answers who consumes or cancels, and the channel all else meanwhile.
bool SessionChannels::answered(SessionChannel &channel, quint32 answer, TimePoint now)
{
    const quint32 wanted =
        answer == MethodId::BasicGetEmpty ? quint32(MethodId::BasicGetOk) : answer;
    const auto request = std::ranges::find_if(channel.requests, [wanted](const OpenRequest &open) {
        const bool mayBeOvertaken =
            open.method == MethodId::BasicConsume || open.method == MethodId::BasicCancel;
        return open.answer == wanted || !mayBeOvertaken;
    });
    if (request == channel.requests.end() || request->answer != wanted)
        return false;
    channel.requests.erase(request);
    channel.lastAnswer = now;
    forget(1);
    return true;
}

// Names are short strings in all arguments.
std::vector<SuspectRequest> SessionChannels::suspects(quint32 method, const QString &where) const
{
    QByteArray name = where.section(u'/', 1).toUtf8();
    name.prepend(char(name.size()));
    std::vector<SuspectRequest> suspects;
    std::vector<SuspectRequest> named;
    const auto add = [&](const SuspectRequest &suspect) {
        suspects.push_back(suspect);
        if (name.size() > 1 && suspect.request.arguments.contains(name))
            named.push_back(suspect);
    };
    for (std::size_t number = 1; number < m_channels.size(); ++number) {
        if (!m_channels[number])
            continue;
        const auto &abandoned = m_channels[number]->abandoned;
        if (abandoned && (method == 0 || abandoned->method == method))
            add({quint16(number), *abandoned, false});
        const auto &requests = m_channels[number]->requests;
        const auto meant = std::ranges::find_if(requests, [method](const OpenRequest &request) {
            return method == 0 || request.method == method;
        });
        if (meant == requests.end() || meant->method == MethodId::ChannelOpen
            || meant->method == MethodId::ChannelClose)
            continue;
        add({quint16(number), *meant, meant == requests.begin()});
    }
    return named.empty() ? suspects : named;
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
        m_checkAt = now + m_patience / 2;
}

TimePoint SessionChannels::deadline(const SessionChannel &channel) const
{
    return std::max({channel.requests.front().since, channel.lastAnswer, m_unblocked}) + m_patience;
}

std::optional<OverdueRequest> SessionChannels::overdue(TimePoint now)
{
    m_slowSince.reset();
    if (!m_checkAt || now < *m_checkAt)
        return std::nullopt;
    m_checkAt.reset();
    for (std::size_t number = 0; number < m_channels.size(); ++number) {
        const auto &channel = m_channels[number];
        if (!channel || channel->requests.empty())
            continue;
        const TimePoint due = deadline(*channel);
        const TimePoint half = due - m_patience / 2;
        if (due <= now) {
            m_checkAt = now; // there may be more
            return OverdueRequest{quint16(number), channel->requests.front().method, half};
        }
        if (half <= now)
            m_slowSince = std::max(m_slowSince.value_or(half), half);
        const TimePoint next = half <= now ? due : half;
        m_checkAt = std::min(m_checkAt.value_or(next), next);
    }
    return std::nullopt;
}

} // namespace Qombu::Amqp
