// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/noticeboard.h"

#include "client/engine/engine.h"
#include "core/logging_p.h"

#include <algorithm>
#include <utility>

namespace Qombu {
namespace {

constexpr auto Together = std::chrono::seconds(1);
constexpr auto LongestPause = std::chrono::seconds(60);
constexpr size_t MostRecent = 1000; // kinds and queues; the rest is counted a kind

} // namespace

NoticeBoard::NoticeBoard(Engine &engine)
    : m_engine(engine)
{
}

void NoticeBoard::add(const BrokerNotice &notice)
{
    const auto isSame = [&](const Recent &recent) {
        const BrokerNotice &other = recent.notice;
        return other.kind == notice.kind && other.queue == notice.queue
            && other.active == notice.active && other.text == notice.text
            && other.error.kind() == notice.error.kind();
    };
    auto known = std::find_if(m_recent.begin(), m_recent.end(), isSame);
    const bool isRest = known == m_recent.end() && m_recent.size() >= MostRecent;
    if (isRest) {
        known = std::find_if(m_recent.begin(), m_recent.end(), [&](const Recent &recent) {
            return recent.isRest && recent.notice.kind == notice.kind;
        });
    }
    if (known != m_recent.end()) {
        if (known->notice.count == 0)
            known->notice.error = notice.error;
        known->notice.count += notice.count;
        return;
    }
    tell(notice);
    m_recent.push_back({notice, m_engine.hub()->now(), Together, isRest});
    m_recent.back().notice.count = 0;
    if (isRest)
        m_recent.back().notice.queue.clear();
    if (m_recent.size() == 1)
        m_timer = m_engine.hub()->callLater(Together, [this] { tellRest(); });
}

void NoticeBoard::tellRest()
{
    const auto now = m_engine.hub()->now();
    for (Recent &recent : m_recent) {
        if (recent.notice.count == 0 || now - recent.told < recent.pause)
            continue;
        tell(recent.notice);
        recent.notice.count = 0;
        recent.told = now;
        recent.pause = std::min<std::chrono::seconds>(2 * recent.pause, LongestPause);
    }
    std::erase_if(m_recent, [now](const Recent &recent) {
        return recent.notice.count == 0 && now - recent.told >= recent.pause;
    });
    if (!m_recent.empty())
        m_timer = m_engine.hub()->callLater(Together, [this] { tellRest(); });
}

void NoticeBoard::clear()
{
    m_timer.cancel();
    for (const Recent &recent : std::exchange(m_recent, {})) {
        if (recent.notice.count > 0)
            tell(recent.notice);
    }
}

void NoticeBoard::tell(const BrokerNotice &notice)
{
    const QString text = notice.text.isEmpty() ? notice.error.text() : notice.text;
    if (notice.kind != BrokerNotice::Insecure)
        qCInfo(lcClient).noquote() << text;
    else if (!std::exchange(m_hasWarned, true))
        qCWarning(lcClient).noquote() << text; // once, however often it connects
    m_engine.tell(News::Noticed{notice});
}

} // namespace Qombu
