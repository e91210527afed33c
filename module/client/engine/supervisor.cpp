// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/supervisor.h"

#include <cerrno>

namespace Qombu {
namespace {

// A server that accepts and drops at once is no success: the delay goes on growing. One that lived
// longer has been used, and may just have been restarted.
constexpr auto LongEnough = std::chrono::seconds(1);

// The operating system found nobody who listens there.
RetrySchedule::Failure failureOf(const Error &error)
{
    if (error.kind() != Error::Connection)
        return RetrySchedule::Failure::Trouble;
    switch (error.replyCode()) {
    case ECONNREFUSED:
    case ENOENT:
    case EHOSTUNREACH:
    case ENETUNREACH:
        return RetrySchedule::Failure::NobodyThere;
    default:
        return RetrySchedule::Failure::Trouble;
    }
}

} // namespace

Supervisor::Supervisor(const ConnectionOptions &options, int alternates,
                       RetrySchedule::Random random)
    : m_schedule(options, alternates, std::move(random))
    , m_alternates(std::max(alternates, 1))
{
}

Supervisor::Step Supervisor::open()
{
    if (m_state != State::Closed)
        return {};
    m_schedule.restart();
    m_attempt = 0;
    m_hopeless = 0;
    return connect();
}

void Supervisor::linkOpened(Hub::TimePoint now)
{
    Q_ASSERT(m_state == State::Connecting);
    m_state = State::Open;
    m_openedAt = now;
    m_hopeless = 0;
    m_lastError = Error();
}

Supervisor::Step Supervisor::linkFailed(const Error &error, Hub::TimePoint now)
{
    Q_ASSERT(m_state == State::Connecting || m_state == State::Open);
    const bool wasGood = m_state == State::Open && now - m_openedAt >= LongEnough;
    m_lastError = error;
    if (wasGood) {
        m_schedule.restart();
        m_attempt = 0;
    }
    if (isHopeless(error))
        return giveUp();
    const auto delay = m_schedule.next(failureOf(error));
    if (!delay)
        return giveUp();
    if (*delay == std::chrono::milliseconds::zero())
        return connect();
    m_state = State::Waiting;
    return {Step::Wait, m_schedule.alternate(), *delay};
}

Supervisor::Step Supervisor::waited()
{
    return m_state == State::Waiting ? connect() : Step{};
}

void Supervisor::close()
{
    m_state = State::Closed;
    m_lastError = Error();
}

Supervisor::Step Supervisor::connect()
{
    m_state = State::Connecting;
    ++m_attempt;
    return {Step::Connect, m_schedule.alternate(), {}};
}

Supervisor::Step Supervisor::giveUp()
{
    m_state = State::Closed;
    return {Step::GiveUp, m_schedule.alternate(), {}};
}

// A wrong password does not get right by trying, but a broker that is starting up may refuse the
// first log-in. A wrong URL stays wrong. Every URL of a failover list has its chance.
bool Supervisor::isHopeless(const Error &error)
{
    switch (error.kind()) {
    case Error::Configuration:
    case Error::Unsupported:
        return ++m_hopeless >= m_alternates;
    case Error::Authentication:
        return ++m_hopeless >= std::max(2, m_alternates);
    default:
        m_hopeless = 0;
        return false;
    }
}

} // namespace Qombu
