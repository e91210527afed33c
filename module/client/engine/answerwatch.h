// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/engine/wantedtopology.h"

namespace Qombu {

class AnswerWatchUser
{
public:
    virtual ~AnswerWatchUser();
    // Not one has come on this link. True: the link is given up.
    virtual bool isSilent() = 0;
    virtual void isLate(const QString &id, quint64 question) = 0; // a question, of long ago
    virtual void isOvertaken() = 0; // one at least, as AnswerWatch::isOvertaken() says
};

// Notices what a broker does not answer, whether it answers other questions or none. Hub's thread;
// the Topology owns it.
class AnswerWatch
{
public:
    AnswerWatch(Hub *hub, std::chrono::milliseconds patience, const WantedTopology &wanted,
                AnswerWatchUser &user);

    void asked();
    void answered();
    void linkDown();
    // Something that was asked later has been answered, some time ago.
    bool isOvertaken(const Wanted &wanted) const;

private:
    void silence();
    void watchPause();
    void pause();

    Hub *const m_hub;
    const std::chrono::milliseconds m_patience;
    const WantedTopology &m_wanted;
    AnswerWatchUser &m_user;
    std::optional<Hub::TimePoint> m_lastAnswer; // on this link
    HubHandle m_silenceTimer;
    bool m_isWatching = false; // it runs
    HubHandle m_pauseTimer;
    bool m_isPauseWatched = false; // it runs
};

} // namespace Qombu
