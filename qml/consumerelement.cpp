// SPDX-License-Identifier: BSD-3-Clause
#include "consumerelement.h"

#include "topologyelements.h"

namespace QombuQml {

using Qombu::Consumer;
static_assert(int(ConsumerElement::Consuming) == int(Consumer::Consuming)
              && int(ConsumerElement::Paused) == int(Consumer::Paused));

/*!
    \qmltype Consumer
    \inqmlmodule Qombu
    \brief Delivers the messages of one or more queues.

    \qml
    Consumer {
        connection: broker; queues: ["orders"]; active: true
        onMessageReceived: (message) => { label.text = message.body.id; message.ack() }
    }
    \endqml

    \c connection is a BrokerConnection; \c queues a name, a Queue element or a list of both. While
    \c active is true (false by default, because consuming takes messages from others) it
    consumes whenever the connection is open. \c paused keeps it from fetching. \c prefetchCount
    (16) is how many unsettled messages it may hold. \c accept lists serializers by name or content
    type and is empty for the default ones.
    \c tag is the name by which the broker's tools show the consumer (Redis shows none), and
    \c exclusive makes it the only one of its queues, or fail where there is another.

    \c ackMode is \c Qombu.Manual by default: call ack(), reject() or requeue() of the message. With
    \c Qombu.Auto a message is acknowledged when its last copy dies, which in JavaScript is
    when the garbage collector says so: prefer \c Qombu.Manual, or \c Qombu.None to have none
    held.
*/

/*!
    \qmlsignal Consumer::messageReceived(message message)
    A message came. Its \c body is decoded; \c headers, \c properties, \c queue and the others are
    properties, too.
*/

/*!
    \qmlsignal Consumer::decodeFailed(message message, error error)
    The body could not be decoded. The message is unsettled.
*/

/*!
    \qmlsignal Consumer::errorOccurred(error error)
    The queues could not be declared or consumed; it is tried again where that may help.
*/

/*!
    \qmlsignal Consumer::settlementLost(string queue, string deliveryTag)
    A message was settled too late: the broker had given it to somebody else, or will.
*/

ConsumerElement::ConsumerElement(QObject *parent)
    : QObject(parent)
{
}

ConsumerElement::~ConsumerElement() = default;

void ConsumerElement::setConnection(BrokerConnection *connection)
{
    if (m_connection == connection)
        return;
    if (m_connection)
        m_connection->disconnect(this);
    m_connection = connection;
    if (connection) {
        connect(connection, &BrokerConnection::handleAboutToGo, this, &ConsumerElement::stop);
        connect(connection, &BrokerConnection::handleChanged, this, &ConsumerElement::restart);
    }
    Q_EMIT connectionChanged();
    restart();
}

void ConsumerElement::setQueues(const QVariant &queues)
{
    if (m_queues == queues)
        return;
    m_queues = queues;
    Q_EMIT queuesChanged();
    restart();
}

void ConsumerElement::setActive(bool active)
{
    if (m_active == active)
        return;
    m_active = active;
    Q_EMIT activeChanged();
    restart();
}

void ConsumerElement::setPaused(bool paused)
{
    if (m_paused == paused)
        return;
    m_paused = paused;
    if (m_consumer && paused)
        m_consumer->pause();
    else if (m_consumer)
        m_consumer->resume();
    Q_EMIT pausedChanged();
}

void ConsumerElement::setPrefetchCount(int messages)
{
    if (m_prefetchCount == messages)
        return;
    const Qombu::Error error = m_consumer ? m_consumer->setPrefetchCount(messages) : Qombu::Error();
    if (error.isError()) {
        Q_EMIT errorOccurred(error);
        return;
    }
    m_prefetchCount = messages;
    Q_EMIT prefetchCountChanged();
}

void ConsumerElement::setAckMode(Qombu::AckMode mode)
{
    if (m_ackMode == mode)
        return;
    m_ackMode = mode;
    Q_EMIT ackModeChanged();
    restart();
}

void ConsumerElement::setAccept(const QStringList &accept)
{
    if (m_accept == accept)
        return;
    m_accept = accept;
    Q_EMIT acceptChanged();
    restart();
}

void ConsumerElement::setTag(const QString &tag)
{
    if (m_tag == tag)
        return;
    m_tag = tag;
    Q_EMIT tagChanged();
    restart();
}

void ConsumerElement::setExclusive(bool exclusive)
{
    if (m_exclusive == exclusive)
        return;
    m_exclusive = exclusive;
    Q_EMIT exclusiveChanged();
    restart();
}

void ConsumerElement::componentComplete()
{
    m_complete = true;
    restart();
}

void ConsumerElement::stop()
{
    m_consumer.reset();
    setState(Stopped);
}

void ConsumerElement::restart()
{
    stop();
    if (!m_complete || !m_active || m_isStartPosted)
        return;
    m_isStartPosted = true;
    QMetaObject::invokeMethod(this, &ConsumerElement::start, Qt::QueuedConnection);
}

void ConsumerElement::start()
{
    m_isStartPosted = false;
    if (!m_active || m_consumer || !m_connection || !m_connection->handle())
        return;
    const Qombu::Result<QList<Qombu::Queue>> queues = queuesFrom(m_queues);
    if (!queues) {
        Q_EMIT errorOccurred(queues.error());
        return;
    }
    if (queues->isEmpty())
        return;
    m_consumer = std::make_unique<Consumer>(m_connection->handle(), *queues);
    if (const Qombu::Error error = configure(); error.isError()) {
        m_consumer.reset();
        Q_EMIT errorOccurred(error);
        return;
    }
    const Consumer *consumer = m_consumer.get();
    connect(consumer, &Consumer::messageReceived, this, &ConsumerElement::messageReceived);
    connect(consumer, &Consumer::decodeFailed, this, &ConsumerElement::decodeFailed);
    connect(consumer, &Consumer::cancelledByBroker, this, &ConsumerElement::cancelledByBroker);
    connect(consumer, &Consumer::errorOccurred, this, &ConsumerElement::errorOccurred);
    connect(consumer, &Consumer::settlementLost, this, &ConsumerElement::settlementLost);
    connect(consumer, &Consumer::stateChanged, this,
            [this](Consumer::State state) { setState(State(state)); });
    if (m_paused)
        m_consumer->pause();
    m_consumer->start();
}

Qombu::Error ConsumerElement::configure()
{
    for (const Qombu::Error &error :
         {m_consumer->setAccept(m_accept), m_consumer->setPrefetchCount(m_prefetchCount),
          m_consumer->setAckMode(m_ackMode), m_consumer->setTag(m_tag),
          m_consumer->setExclusive(m_exclusive)}) {
        if (error.isError())
            return error;
    }
    return {};
}

void ConsumerElement::setState(State state)
{
    if (m_state == state)
        return;
    m_state = state;
    Q_EMIT stateChanged();
}

} // namespace QombuQml
