// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/engine/retryschedule.h"

#include <Qombu/connection.h>
#include <Qombu/hub.h>

namespace Qombu {

// Decides what a connection does after each thing that happened to it: connect, wait, give up.
// A state machine without I/O and without a clock; the Engine owns it and does what it says.
class Supervisor
{
public:
    using State = Connection::State; // Closing is the Engine's business and does not occur here

    struct Step
    {
        enum Kind { Nothing, Connect, Wait, GiveUp };
        Kind kind = Nothing;
        int alternate = 0; // which URL, for Connect and Wait
        std::chrono::milliseconds delay{}; // for Wait
    };

    Supervisor(const ConnectionOptions &options, int alternates, RetrySchedule::Random random);

    State state() const { return m_state; }
    int attempt() const { return m_attempt; } // since the link was last good; 1 is the first
    Error lastError() const { return m_lastError; } // none while open

    Step open();
    void linkOpened(Hub::TimePoint now);
    // Of an attempt, or of an open link.
    Step linkFailed(const Error &error, Hub::TimePoint now);
    Step waited();
    void close();

private:
    Step connect();
    Step giveUp();
    bool isHopeless(const Error &error);

    RetrySchedule m_schedule;
    const int m_alternates;
    State m_state = State::Closed;
    int m_attempt = 0;
    int m_hopeless = 0; // failures in a row that only a person can mend
    Hub::TimePoint m_openedAt{};
    Error m_lastError;
};

} // namespace Qombu
