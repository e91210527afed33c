// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "target.h"
#include "verb.h"

#include <Qombu/consumer.h>
#include <Qombu/producer.h>

// "bench": measures publishing, consuming, or the way of one message.
class BenchVerb : public Verb
{
public:
    QString name() const override { return QStringLiteral("bench"); }
    QString summary() const override;
    QString synopsis() const override { return QStringLiteral("publish|consume|latency"); }
    QString example() const override { return QStringLiteral("bench latency --count 1000"); }
    bool changesBroker() const override { return true; }
    QList<QCommandLineOption> options() const override;
    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override;
    void start(Session &session) override;
    void deadlinePassed(Session &session) override;
    bool waitsForWrites() const override { return m_sent > m_done; }

private:
    void makeProducer(Session &session);
    void makeConsumer(Session &session);
    void startOnEmptyQueue(Session &session);
    void startClock();
    void fill(Session &session);
    void consumed(Session &session, const Qombu::Message &message);
    void sendOne(Session &session);
    void sendOneWhenIdle(Session &session, int questions);
    void returned(Session &session, const Qombu::Message &message);
    void report(Session &session);

    enum Kind { Publish, Consume, Latency } m_kind = Publish;
    qint64 m_count = 10000;
    qint64 m_size = 200;
    qint64 m_prefetch = 100;
    QString m_queue;
    ExchangeArguments m_target;
    QVariantMap m_body;
    std::unique_ptr<Qombu::Producer> m_producer;
    std::unique_ptr<Qombu::Consumer> m_consumer;
    qint64 m_sent = 0;
    qint64 m_done = 0;
    QElapsedTimer m_clock;
    QElapsedTimer m_oneWay;
    double m_cpuAtStart = 0;
    std::vector<double> m_microseconds; // of each message, latency only
};
