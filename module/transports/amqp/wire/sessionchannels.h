// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/contentassembly.h"
#include "transports/amqp/wire/sessionsettings.h"

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace Qombu::Amqp {

// A request that is not answered yet.
struct OpenRequest
{
    quint32 method = 0;
    quint32 answer = 0;
    TimePoint since = {};
};

struct OverdueRequest
{
    quint16 channel = 0;
    quint32 method = 0;
};

// One channel of a session. Number 0 is the connection itself.
struct SessionChannel
{
    enum State {
        Opening,
        Open,
        Closing, // by us: all but close and close-ok is dropped (AMQP 0-9-1, channel.close)
    };
    State state = Opening;
    std::deque<OpenRequest> requests; // oldest first
    TimePoint lastAnswer = {};
    ContentAssembly assembly;
};

// The channels of a session by their numbers, and when the oldest request is overdue.
class SessionChannels
{
public:
    SessionChannels();

    void setMost(quint16 number) { m_most = number; } // as agreed in tune
    quint16 most() const { return m_most; }
    quint16 add(quint16 above = 0); // the lowest free number above it; 0: none is free
    void remove(quint16 number);
    SessionChannel *find(quint16 number) const; // null: it is not open
    SessionChannel &connection() const { return *m_channels.front(); }

    void expect(quint16 number, quint32 method, quint32 answer, TimePoint now);
    // The oldest request has this answer. False: nobody asked for it.
    bool answered(SessionChannel &channel, quint32 answer, TimePoint now);

    void dropRequests(SessionChannel &channel); // none of them is waited for
    void dropRequests();

    // A request is overdue when neither its channel had an answer nor the broker became able to
    // answer for this long.
    void setPatience(std::chrono::nanoseconds patience) { m_patience = patience; }
    void setBlocked(bool isBlocked, TimePoint now);
    void setListening(bool on, TimePoint now); // off: answers may be there unread
    std::optional<TimePoint> nextDeadline() const { return m_checkAt; }
    std::optional<OverdueRequest> overdue(TimePoint now); // at or after nextDeadline()

private:
    TimePoint deadline(const SessionChannel &channel) const;
    void forget(std::size_t requests);
    bool canBeAnswered() const { return !m_isBlocked && m_isListening; }
    void restart(TimePoint now);

    std::vector<std::unique_ptr<SessionChannel>> m_channels; // by number
    std::size_t m_lowestFree = 1; // none below is free
    quint16 m_most = 2047;
    std::chrono::nanoseconds m_patience{0};
    TimePoint m_unblocked = {};
    bool m_isBlocked = false;
    bool m_isListening = true;
    // No request is overdue before this; looked at then, because looking at thousands of channels
    // at each request would cost more.
    std::optional<TimePoint> m_checkAt;
    std::size_t m_open = 0; // requests
};

} // namespace Qombu::Amqp
