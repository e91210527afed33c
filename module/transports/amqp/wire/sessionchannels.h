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
    QByteArray arguments = {};
};

struct SuspectRequest
{
    quint16 channel = 0;
    OpenRequest request;
    bool isOldest = false; // of its channel
};

struct OverdueRequest
{
    quint16 channel = 0;
    quint32 method = 0;
    TimePoint half = {}; // of the time that it was given
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
    std::optional<OpenRequest> abandoned; // that a broker may still come to
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
    quint16 count() const; // those that are open
    // One that was never used, else the one that has been free for longest; 0: none is free.
    quint16 add();
    // A broker that closed it itself may have said more before it heard our answer.
    void remove(quint16 number, bool mayEcho = false);
    void release(quint16 number); // a removed one is free from now on
    bool mayEcho(quint16 number) const { return number < m_echoes.size() && m_echoes[number]; }
    void setOpen(quint16 number); // what comes from now on is not of its predecessor
    SessionChannel *find(quint16 number) const; // null: it is not open
    AssemblyRoom &room() { return m_room; } // of all channels
    SessionChannel &connection() const { return *m_channels.front(); }

    void expect(quint16 number, OpenRequest &&request);
    // The oldest request that may be answered now has this answer. False: nobody asked for it.
    bool answered(SessionChannel &channel, quint32 answer, TimePoint now);

    // The answer to the oldest request; 0: there is none.
    static quint32 awaited(const SessionChannel &channel)
    {
        return channel.requests.empty() ? 0 : channel.requests.front().answer;
    }

    // What a broker may have meant that complains about this method (0: it does not say) and this
    // entity ("": it does not say): one of a channel, which it works through in order.
    std::vector<SuspectRequest> suspects(quint32 method, const QString &where) const;

    void dropRequests(SessionChannel &channel); // none of them is waited for
    void dropRequests();

    // A request is overdue when neither its channel had an answer nor the broker became able to
    // answer for this long.
    void setPatience(std::chrono::nanoseconds patience) { m_patience = patience; }
    void setBlocked(bool isBlocked, TimePoint now);
    void setListening(bool on, TimePoint now); // off: answers may be there unread
    std::optional<TimePoint> nextDeadline() const { return m_checkAt; }
    // At or after nextDeadline(), until there is none.
    std::optional<OverdueRequest> overdue(TimePoint now);
    // When half of a request's time was over, of those that overdue() saw last: the latest.
    std::optional<TimePoint> slowSince() const { return m_slowSince; }

private:
    TimePoint deadline(const SessionChannel &channel) const;
    void forget(std::size_t requests);
    bool canBeAnswered() const { return !m_isBlocked && m_isListening; }
    void restart(TimePoint now);

    AssemblyRoom m_room;
    std::vector<std::unique_ptr<SessionChannel>> m_channels; // by number
    std::deque<quint16> m_free; // used before; free for longest first
    std::vector<bool> m_echoes; // by number
    quint16 m_most = 2047;
    std::chrono::nanoseconds m_patience{0};
    TimePoint m_unblocked = {};
    bool m_isBlocked = false;
    bool m_isListening = true;
    // No request is overdue before this; looked at then, because looking at thousands of channels
    // at each request would cost more.
    std::optional<TimePoint> m_checkAt;
    std::size_t m_open = 0; // requests
    std::optional<TimePoint> m_slowSince;
};

} // namespace Qombu::Amqp
