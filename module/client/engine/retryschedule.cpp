// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/retryschedule.h"

#include "client/engine/backoff.h"

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <utility>

namespace Qombu {
namespace {

constexpr auto LongestForNobody = std::chrono::milliseconds(1000);

// A server that accepts and drops at once is no success: the delay goes on growing. One that lived
// longer, or has worked, may just have been restarted.
constexpr auto LongEnough = std::chrono::seconds(1);

// So long a server may be away to be started again.
constexpr auto LongestRestart = std::chrono::seconds(30);

} // namespace

RetrySchedule::RetrySchedule(const ConnectionOptions &options, int alternates, Random random)
    : m_first(std::max(options.retryFirst, std::chrono::milliseconds(1)))
    , m_maximum(std::max(options.retryMaximum, m_first))
    , m_limit(options.retryLimit)
    , m_shuffles(options.failover == FailoverStrategy::Shuffle)
    , m_random(std::move(random))
    , m_order(size_t(std::max(alternates, 1)))
    , m_delay(m_first)
{
    std::iota(m_order.begin(), m_order.end(), 0);
}

void RetrySchedule::restart()
{
    m_triedInRound = 0;
    m_rounds = 0;
    m_attempts = 0;
    m_hopeless = 0;
    m_awaySince.reset();
    m_openedAt.reset();
    m_failure = m_lastFailure = Failure::NobodyThere;
    m_delay = m_first;
}

void RetrySchedule::linkOpened(Hub::TimePoint now)
{
    m_openedAt = now;
    m_wasOpen = true;
    m_hasWorked = false;
    m_hopeless = 0;
    m_awaySince.reset();
}

std::optional<std::chrono::milliseconds> RetrySchedule::failed(const Error &error,
                                                               Hub::TimePoint now)
{
    const auto openedAt = std::exchange(m_openedAt, std::nullopt);
    const bool hasWorked = openedAt && m_hasWorked;
    if (openedAt && now - *openedAt >= LongEnough)
        restart();
    else if (hasWorked)
        m_attempts = m_rounds = 0;
    else
        ++m_attempts;
    if (isHopeless(error, now))
        return std::nullopt;
    return next(hasWorked && error.kind() == Error::Connection ? Failure::NobodyThere
                                                               : kindOf(error));
}

// The operating system may have found nobody who listens there.
RetrySchedule::Failure RetrySchedule::kindOf(const Error &error)
{
    if (error.kind() != Error::Connection)
        return Failure::Trouble;
    switch (error.replyCode()) {
    case ECONNREFUSED:
    case ENOENT:
    case EHOSTUNREACH:
    case ENETUNREACH:
        return Failure::NobodyThere;
    default:
        return Failure::Trouble;
    }
}

// A wrong password does not get right by trying, but a broker that is starting up may refuse the
// first log-in. A wrong URL stays wrong. Every URL of a failover list has its chance, also one that
// is just being restarted; where nobody comes that says nothing for it. What has worked may work
// again, whatever is said of it now.
bool RetrySchedule::isHopeless(const Error &error, Hub::TimePoint now)
{
    if (m_wasOpen)
        return false;
    const int alternates = int(m_order.size());
    switch (error.kind()) {
    case Error::Configuration:
    case Error::Unsupported:
        return isEnough(alternates, now);
    case Error::Authentication:
        return isEnough(std::max(2, alternates), now);
    default:
        if (kindOf(error) != Failure::NobodyThere)
            m_hopeless = 0;
        else if (!m_awaySince)
            m_awaySince = now;
        return false;
    }
}

bool RetrySchedule::isEnough(int failures, Hub::TimePoint now)
{
    return ++m_hopeless >= failures && (!m_awaySince || now - *m_awaySince >= LongestRestart);
}

std::optional<std::chrono::milliseconds> RetrySchedule::next(Failure failure)
{
    m_failure = std::max(m_failure, failure);
    m_position = (m_position + 1) % m_order.size();
    if (++m_triedInRound < m_order.size())
        return std::chrono::milliseconds::zero();

    m_triedInRound = 0;
    if (++m_rounds > m_limit && m_limit >= 0)
        return std::nullopt;
    if (m_shuffles)
        shuffle();
    const auto ofRound = std::exchange(m_failure, Failure::NobodyThere);
    if (std::exchange(m_lastFailure, ofRound) == Failure::Trouble && ofRound != Failure::Trouble)
        m_delay = m_first; // whatever troubled us is not there any more
    const auto longest =
        ofRound == Failure::NobodyThere ? std::min(LongestForNobody, m_maximum) : m_maximum;
    const auto delay = std::min(m_delay, longest);
    m_delay = std::min(m_delay * 2, longest);
    return Backoff::withJitter(delay, m_random());
}

void RetrySchedule::shuffle()
{
    for (size_t i = m_order.size(); i > 1; --i)
        std::swap(m_order[i - 1], m_order[m_random() % i]);
    m_position = 0;
}

} // namespace Qombu
