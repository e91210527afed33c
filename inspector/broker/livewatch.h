// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/brokersession.h"
#include "broker/messagering.h"
#include "broker/queuesampler.h"

#include <QtCore/qelapsedtimer.h>

#include <deque>

namespace Qombu::Inspector {

// Follows a queue by looking at it again and again, or a fanout exchange by subscribing, into a
// bounded ring. Never takes a message from a worker. Announces changes at most ten times a second.
class LiveWatch : public QObject
{
    Q_OBJECT
public:
    enum Source { QueueSource, FanoutSource };

    LiveWatch(BrokerSession *session, Source source, const QString &name,
              QObject *parent = nullptr);
    ~LiveWatch() override;

    void start();
    void stop();
    void clear();
    bool canWatch() const;
    bool isRunning() const { return m_running; }
    Source source() const { return m_source; }
    QString name() const { return m_name; }

    const MessageRing &ring() const { return m_ring; }
    double arrivalsPerSecond() const; // over the last five seconds
    double departuresPerSecond() const;
    int windowSize() const { return m_window; }
    qint64 looks() const { return m_looks; } // at the queue, so far
    qint64 gaps() const { return m_gaps; } // looks between which more went by than a look shows
    Error error() const { return m_error; }

    void add(const QList<WatchEvent> &events); // recorded at once, announced with the next beat

Q_SIGNALS:
    void changed(); // the ring, the rates or the error
    void stateChanged();

private:
    struct Count
    {
        qint64 at;
        int arrived;
        int departed;
    };

    void sample();
    void takeNewest(const Result<QList<Message>> &result);
    void takeSample(const QueueSample &sample);
    void adaptWindow(const QList<MessageRecord> &records);
    void subscribe();
    void addCopy(const Message &message);
    void fail(const Error &error);
    void announce();
    double rate(int Count::*what) const;

    BrokerSession *m_session;
    Source m_source;
    QString m_name;
    MessageRing m_ring;
    QueueSampler m_sampler;
    std::unique_ptr<Consumer> m_consumer;
    QTimer m_sampleTimer;
    QTimer m_announceTimer;
    QElapsedTimer m_clock;
    std::deque<Count> m_counts;
    qint64 m_looks = 0;
    qint64 m_gaps = 0;
    int m_window;
    bool m_running = false;
    bool m_asking = false;
    Error m_error;
};

} // namespace Qombu::Inspector
