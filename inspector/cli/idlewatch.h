// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/connection.h>
#include <Qombu/consumer.h>

#include <QDeadlineTimer>
#include <QObject>
#include <QTimer>

// Tells when no message came for a while, or when the broker is not there. Idle is counted while
// the broker is there: an outage is no silence of the queue, but has an end of its own. Main
// thread.
class IdleWatch : public QObject
{
    Q_OBJECT
public:
    IdleWatch(std::chrono::milliseconds idle, Qombu::Connection *connection);

    void watch(Qombu::Consumer *consumer);
    void messageCame() { m_idle.start(); }

Q_SIGNALS:
    void silent();
    void unreachable();

private:
    void couldNotConnect();
    void consumerIs(Qombu::Consumer::State state);

    QTimer m_idle;
    QTimer m_outage;
    QDeadlineTimer m_first; // of a broker that never was there
    bool m_wasThere = false;
};
