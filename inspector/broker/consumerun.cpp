// SPDX-License-Identifier: BSD-3-Clause
#include "broker/consumerun.h"

namespace Qombu::Inspector {

ConsumeRun::ConsumeRun(BrokerSession *session, const QString &queue, QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_queue(queue)
{
    connect(session, &BrokerSession::disconnecting, this, [this] {
        m_consumer.reset();
        m_held.clear(); // their connection is gone: the broker has them again
        m_state = Idle;
        Q_EMIT changed();
    });
    connect(session, &BrokerSession::settlingRefused, this,
            [this](const QString &ofQueue, qint64 count, const QString &why) {
                if (ofQueue == m_queue)
                    addUnsettled(count, why);
            });
    connect(session->gate(), &WriteGate::readOnlyChanged, this, [this](bool readOnly) {
        if (readOnly) {
            stop();
            giveBack();
        }
    });
}

ConsumeRun::~ConsumeRun()
{
    m_consumer.reset();
    for (const Message &message : std::as_const(m_held))
        message.requeue();
}

Error ConsumeRun::start(Mode mode, int limit)
{
    Error refusal;
    // Never fetch more than was asked for: fetched messages are out of the workers' reach.
    m_consumer = m_session->gate()->consume(m_queue, AckMode::Manual, limit, &refusal);
    if (!m_consumer)
        return refusal;
    m_mode = mode;
    m_limit = limit;
    m_taken = 0;
    m_undecodable = 0;
    m_unsettled = 0;
    m_state = Running;
    connect(m_consumer.get(), &Consumer::messageReceived, this, &ConsumeRun::take);
    connect(m_consumer.get(), &Consumer::decodeFailed, this, &ConsumeRun::takeUndecodable);
    connect(m_consumer.get(), &Consumer::errorOccurred, this, &ConsumeRun::failed);
    connect(m_consumer.get(), &Consumer::settlementLost, this, [this] {
        addUnsettled(1,
                     tr("They are held no more: the broker has given them to somebody "
                        "else, or lost them."));
    });
    m_consumer->start();
    Q_EMIT changed();
    return {};
}

void ConsumeRun::take(const Message &message)
{
    if (m_state != Running || m_taken >= m_limit) {
        message.requeue(); // on its way when we stopped
        return;
    }
    ++m_taken;
    Q_EMIT received(MessageRecord::fromMessage(message, QDateTime::currentDateTime()));
    if (m_mode == TakeAway)
        message.ack();
    else
        m_held.append(message);
    if (m_taken >= m_limit)
        stop();
    Q_EMIT changed();
}

// What cannot be read is never thrown away: it is held in either mode.
void ConsumeRun::takeUndecodable(const Message &message)
{
    if (m_state != Running || m_taken >= m_limit) {
        message.requeue();
        return;
    }
    ++m_taken;
    ++m_undecodable;
    m_held.append(message);
    Q_EMIT received(MessageRecord::fromMessage(message, QDateTime::currentDateTime()));
    if (m_taken >= m_limit)
        stop();
    Q_EMIT changed();
}

int ConsumeRun::taken() const
{
    return m_mode == TakeAway ? qMax(0, m_taken - m_unsettled) : m_taken;
}

void ConsumeRun::addUnsettled(qint64 count, const QString &why)
{
    m_unsettled = int(qMin<qint64>(m_taken, m_unsettled + count));
    if (m_unsettled == 0)
        return; // of somebody else on this connection
    Q_EMIT notSettled(why);
    Q_EMIT changed();
}

void ConsumeRun::stop()
{
    if (m_state != Running)
        return;
    m_state = m_held.isEmpty() ? Idle : Holding;
    // Not from inside its own signal.
    m_consumer->cancel();
    m_consumer.release()->deleteLater();
    Q_EMIT changed();
}

void ConsumeRun::giveBack()
{
    for (const Message &message : std::as_const(m_held))
        message.requeue();
    m_held.clear();
    if (m_state == Holding)
        m_state = Idle;
    Q_EMIT changed();
}

void ConsumeRun::acknowledgeHeld()
{
    for (const Message &message : std::as_const(m_held))
        message.ack();
    m_held.clear();
    if (m_state == Holding)
        m_state = Idle;
    Q_EMIT changed();
}

} // namespace Qombu::Inspector
