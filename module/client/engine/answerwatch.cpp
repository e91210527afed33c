// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/answerwatch.h"

#include <algorithm>

namespace Qombu {

namespace {

// What a broker that answers others has not answered for so long may hang: nothing else waits for
// it. A declaration takes some milliseconds, on a cluster some tenths of a second.
constexpr auto LongestPause = std::chrono::milliseconds(1500);

} // namespace

AnswerWatchUser::~AnswerWatchUser() = default;

AnswerWatch::AnswerWatch(Hub *hub, std::chrono::milliseconds patience, const WantedTopology &wanted,
                         AnswerWatchUser &user)
    : m_hub(hub)
    , m_patience(patience)
    , m_wanted(wanted)
    , m_user(user)
{
}

void AnswerWatch::asked()
{
    if (!std::exchange(m_isWatching, true))
        m_silenceTimer = m_hub->callLater(m_patience, [this] { silence(); });
}

void AnswerWatch::answered()
{
    m_lastAnswer = m_hub->now();
    watchPause();
}

void AnswerWatch::linkDown()
{
    m_silenceTimer.cancel();
    m_isWatching = false;
    m_pauseTimer.cancel();
    m_isPauseWatched = false;
    m_lastAnswer.reset();
}

// A broker that answers nothing is lost. One that answers, but not all, does not know of some for
// now: they may be on a node that is not there.
void AnswerWatch::silence()
{
    m_isWatching = false;
    const auto before = m_hub->now() - m_patience;
    const bool isLate = !m_lastAnswer || *m_lastAnswer <= before;
    if (!m_lastAnswer && m_user.isSilent())
        return;
    std::vector<std::pair<QString, quint64>> late;
    bool isAnyAsked = false;
    for (const auto &[place, wanted] : m_wanted.entities()) {
        if (wanted.progress != Wanted::Asked)
            continue;
        if (isLate && wanted.askedAt <= before)
            late.emplace_back(wanted.id, wanted.question);
        else
            isAnyAsked = true;
    }
    if (isAnyAsked)
        asked();
    for (const auto &[id, question] : late)
        m_user.isLate(id, question);
}

void AnswerWatch::watchPause()
{
    if (!std::exchange(m_isPauseWatched, true))
        m_pauseTimer = m_hub->callLater(LongestPause, [this] { pause(); });
}

void AnswerWatch::pause()
{
    m_isPauseWatched = false;
    if (m_hub->now() < *m_lastAnswer + LongestPause)
        return watchPause();
    if (std::ranges::any_of(m_wanted.entities(),
                            [this](const auto &entry) { return isOvertaken(entry.second); }))
        m_user.isOvertaken();
}

bool AnswerWatch::isOvertaken(const Wanted &wanted) const
{
    return m_lastAnswer && wanted.progress == Wanted::Asked && wanted.askedAt <= *m_lastAnswer;
}

} // namespace Qombu
