// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/consumer.h>
#include <Qombu/producer.h>

#include <QtCore/qrandom.h>
#include <QtCore/qtimer.h>

namespace Qombu::Inspector {

// Something to look at without a broker: a small shop on memory://demo with publishers of every
// exchange type, Celery-like tasks, a worker that keeps up, one that is stuck, and bodies that
// cannot be read. It stands for the world outside: the WriteGate is for the person, not for the
// world.
class SampleTraffic : public QObject
{
    Q_OBJECT
public:
    explicit SampleTraffic(QObject *parent = nullptr);
    ~SampleTraffic() override;

    static QString url(); // "memory://demo"

    void start(); // what is always there, then living traffic
    void setUp(); // only what is always there: the same at every start

private:
    void declareTopology();
    void publishStill();
    void publishTask(int number);
    void publishOrder(int number);
    void publishInvoice(int number);
    void publishEvent(int number);
    void startWorkers();
    void beat();
    void drain();

    Connection m_connection;
    Producer m_producer;
    std::unique_ptr<Consumer> m_worker;
    std::unique_ptr<Consumer> m_audit;
    std::unique_ptr<Consumer> m_stuckWorker;
    QList<Message> m_inWork; // acknowledged a little later
    QList<Message> m_stuck; // never acknowledged
    QTimer m_beat;
    QTimer m_work;
    QRandomGenerator m_random{20260101}; // the same shop every day
    int m_number = 0;
};

} // namespace Qombu::Inspector
