// SPDX-License-Identifier: BSD-3-Clause
#include "broker/livewatch.h"

#include <algorithm>

namespace Qombu::Inspector {
namespace {

using namespace std::chrono_literals;

constexpr auto SampleInterval = 500ms;
constexpr auto AnnounceInterval = 100ms;
constexpr qint64 RateWindow = 5000; // milliseconds
constexpr int LargestWindow = 200; // messages a look
constexpr int SmallestWindow = 10;
constexpr qint64 BytesPerLook = 2 << 20;

} // namespace

LiveWatch::LiveWatch(BrokerSession *session, Source source, const QString &name, QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_source(source)
    , m_name(name)
    , m_window(LargestWindow)
{
    m_clock.start();
    m_sampleTimer.setInterval(SampleInterval);
    m_announceTimer.setInterval(AnnounceInterval);
    m_announceTimer.setSingleShot(true);
    connect(&m_sampleTimer, &QTimer::timeout, this, &LiveWatch::sample);
    connect(&m_announceTimer, &QTimer::timeout, this, &LiveWatch::announce);
    connect(session, &BrokerSession::reset, this, &LiveWatch::stop);
    connect(session, &BrokerSession::disconnecting, this, [this] {
        if (m_source == FanoutSource)
            stop();
    });
}

LiveWatch::~LiveWatch() = default;

void LiveWatch::start()
{
    if (m_running)
        return;
    m_error = {};
    if (!canWatch()) {
        Q_EMIT stateChanged();
        return;
    }
    m_running = true;
    m_sampler.reset();
    if (m_source == QueueSource) {
        m_sampleTimer.start();
        sample();
    } else {
        subscribe();
    }
    Q_EMIT stateChanged();
}

// By looks twice a second, which must not change anything.
bool LiveWatch::canWatch() const
{
    return m_source == FanoutSource || m_session->looksSilently();
}

void LiveWatch::stop()
{
    if (!m_running)
        return;
    m_running = false;
    m_sampleTimer.stop();
    m_consumer.reset();
    Q_EMIT stateChanged();
}

void LiveWatch::clear()
{
    m_ring.clear();
    m_gaps = 0;
    Q_EMIT changed();
}

void LiveWatch::sample()
{
    if (m_asking || m_session->state() == BrokerSession::Closed)
        return;
    m_asking = true;
    m_session->peek({m_name, m_window, QueueEnd::Tail}).then(this, [this](const auto &result) {
        takeNewest(result);
    });
}

void LiveWatch::takeNewest(const Result<QList<Message>> &result)
{
    m_asking = false;
    if (!m_running)
        return;
    if (!result)
        return fail(result.error());
    const QDateTime now = QDateTime::currentDateTime();
    QueueSample found;
    found.newest = toRecords(*result, now);
    found.complete = found.newest.size() < m_window;
    if (found.complete)
        return takeSample(found);
    m_asking = true; // longer than a look: see the other end too
    m_session->peek({m_name, m_window, QueueEnd::Head})
        .then(this, [=, this](const auto &head) mutable {
            m_asking = false;
            if (!m_running)
                return;
            if (!head)
                return fail(head.error());
            found.next = toRecords(*head, now);
            takeSample(found);
        });
}

void LiveWatch::takeSample(const QueueSample &sample)
{
    const bool failed = m_error.isError();
    m_error = {};
    const SampleChanges changes = m_sampler.add(sample);
    const QDateTime now = QDateTime::currentDateTime();
    QList<WatchEvent> events;
    for (const MessageRecord &record : changes.arrived)
        events.append({WatchEvent::Arrived, now, record});
    for (const MessageRecord &record : changes.departed)
        events.append({WatchEvent::Departed, now, record});
    ++m_looks;
    m_gaps += changes.gap;
    adaptWindow(sample.newest);
    add(events);
    if (failed)
        announce();
}

// Large bodies: look at fewer messages rather than pull megabytes twice a second.
void LiveWatch::adaptWindow(const QList<MessageRecord> &records)
{
    qint64 bytes = 0;
    for (const MessageRecord &record : records)
        bytes += record.cost();
    const qint64 average = records.isEmpty() ? 1 : qMax<qint64>(1, bytes / records.size());
    const int fitting =
        int(std::clamp<qint64>(BytesPerLook / average, SmallestWindow, LargestWindow));
    if (fitting < m_window || fitting > m_window * 2) {
        m_window = fitting;
        m_sampler.reset(); // windows of different size cannot be compared
    }
}

void LiveWatch::subscribe()
{
    Error refusal;
    m_consumer = m_session->gate()->subscribe(m_name, &refusal);
    if (!m_consumer) {
        m_running = false;
        return fail(refusal);
    }
    connect(m_consumer.get(), &Consumer::messageReceived, this, &LiveWatch::addCopy);
    connect(m_consumer.get(), &Consumer::decodeFailed, this, &LiveWatch::addCopy);
    connect(m_consumer.get(), &Consumer::errorOccurred, this, &LiveWatch::fail);
    m_consumer->start();
}

void LiveWatch::addCopy(const Message &message)
{
    const QDateTime now = QDateTime::currentDateTime();
    add({{WatchEvent::Copied, now, MessageRecord::fromMessage(message, now)}});
}

void LiveWatch::fail(const Error &error)
{
    m_error = error;
    announce();
}

void LiveWatch::add(const QList<WatchEvent> &events)
{
    const auto departed =
        int(std::count_if(events.cbegin(), events.cend(),
                          [](const WatchEvent &e) { return e.kind == WatchEvent::Departed; }));
    m_ring.append(events);
    const qint64 now = m_clock.elapsed();
    m_counts.push_back({now, int(events.size()) - departed, departed});
    while (m_counts.front().at < now - RateWindow)
        m_counts.pop_front();
    if (!m_announceTimer.isActive())
        m_announceTimer.start();
}

void LiveWatch::announce()
{
    Q_EMIT changed();
}

double LiveWatch::rate(int Count::*what) const
{
    const qint64 since = m_clock.elapsed() - RateWindow;
    qint64 sum = 0;
    for (const Count &count : m_counts)
        sum += count.at >= since ? count.*what : 0;
    return double(sum) * 1000 / RateWindow;
}

double LiveWatch::arrivalsPerSecond() const
{
    return rate(&Count::arrived);
}

double LiveWatch::departuresPerSecond() const
{
    return rate(&Count::departed);
}

} // namespace Qombu::Inspector
