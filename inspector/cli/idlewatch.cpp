// SPDX-License-Identifier: BSD-3-Clause
#include "idlewatch.h"

using namespace std::chrono_literals;

// A broker that was there comes back soon, as a rule; one that never was is waited for as long as
// for a message.
IdleWatch::IdleWatch(std::chrono::milliseconds idle, Qombu::Connection *connection)
    : m_first(qMax<std::chrono::milliseconds>(idle, 1s))
{
    m_idle.setSingleShot(true);
    m_idle.setInterval(idle);
    connect(&m_idle, &QTimer::timeout, this, &IdleWatch::silent);
    m_outage.setSingleShot(true);
    m_outage.setInterval(qMax<std::chrono::milliseconds>(idle, 5s));
    connect(&m_outage, &QTimer::timeout, this, &IdleWatch::unreachable);
    m_outage.start();
    connect(connection, &Qombu::Connection::reconnecting, this, &IdleWatch::couldNotConnect);
}

void IdleWatch::watch(Qombu::Consumer *consumer)
{
    connect(consumer, &Qombu::Consumer::stateChanged, this, &IdleWatch::consumerIs);
}

void IdleWatch::couldNotConnect()
{
    if (m_wasThere)
        return;
    QTimer::singleShot(int(m_first.remainingTime()), this, [this] {
        if (!m_wasThere)
            Q_EMIT unreachable();
    });
}

void IdleWatch::consumerIs(Qombu::Consumer::State state)
{
    if (state == Qombu::Consumer::Consuming) {
        m_wasThere = true;
        m_outage.stop();
        m_idle.start();
    } else if (state == Qombu::Consumer::Starting) {
        m_idle.stop();
        m_outage.start();
    }
}
