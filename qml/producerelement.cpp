// SPDX-License-Identifier: BSD-3-Clause
#include "producerelement.h"

#include "jsvalues.h"
#include "publishoptionsreader.h"

namespace QombuQml {

/*!
    \qmltype Producer
    \inqmlmodule Qombu
    \brief Publishes to a queue or an exchange.

    \qml
    Producer { id: out; connection: broker; queue: "orders" }
    Button { onClicked: out.publish({ id: 7 }) }
    \endqml

    \c queue is a name or a Queue element; with an \c exchange (an Exchange element) messages go
    there with \c routingKey. Without either the routing key names the queue.
*/

/*!
    \qmlmethod int Producer::publish(var body, var options)

    Publishes \a body: a value of JavaScript, or a message to be forwarded. Whole numbers are sent
    as integers, an ArrayBuffer needs the serializer \c "raw". Returns at once with a number that
    \l confirmed() or \l failed() repeats, or 0 if nothing is sent, and then \l errorOccurred() says
    why. While the connection is down messages wait.

    The members of \a options: \c routingKey, \c priority (0 to 9), \c persistent, \c mandatory,
    \c serializer, \c contentType, \c contentEncoding, \c typedJson (whether dates and bytes stay
    what they are, as in Kombu from 5.3 on), \c compression, \c expiration, \c delay and
    \c timeout (milliseconds), \c headers, \c correlationId, \c replyTo, \c messageId, \c type,
    \c appId. Any other member is an error.
*/

/*!
    \qmlsignal Producer::confirmed(int id)
    The broker has the message.
*/

/*!
    \qmlsignal Producer::failed(int id, error error)
    The message was not published; errorOccurred() follows.
*/

ProducerElement::ProducerElement(QObject *parent)
    : QObject(parent)
{
    connect(this, &ProducerElement::targetChanged, this, [this] { m_producer.reset(); });
}

ProducerElement::~ProducerElement() = default;

void ProducerElement::setConnection(BrokerConnection *connection)
{
    if (m_connection == connection)
        return;
    if (m_connection)
        m_connection->disconnect(this);
    m_connection = connection;
    m_producer.reset();
    if (connection) {
        connect(connection, &BrokerConnection::handleAboutToGo, this,
                [this] { m_producer.reset(); });
    }
    Q_EMIT connectionChanged();
}

int ProducerElement::refuse(const Qombu::Error &error)
{
    Q_EMIT errorOccurred(error);
    return 0;
}

Qombu::Error ProducerElement::makeProducer()
{
    if (!m_connection || !m_connection->handle()) {
        return Qombu::Error(Qombu::Error::Connection,
                            tr("The producer has no connection that is complete and active"));
    }
    if (m_exchange) {
        m_producer = std::make_unique<Qombu::Producer>(m_connection->handle(),
                                                       m_exchange->exchange(), m_routingKey);
        return {};
    }
    if (!m_queue.isValid()) {
        m_producer = std::make_unique<Qombu::Producer>(m_connection->handle(), Qombu::Exchange(),
                                                       m_routingKey);
        return {};
    }
    const Qombu::Result<QList<Qombu::Queue>> queues = queuesFrom(m_queue);
    if (!queues)
        return queues.error();
    if (queues->size() != 1) {
        return Qombu::Error(Qombu::Error::Configuration,
                            tr("A producer publishes to one queue, not to %1").arg(queues->size()));
    }
    m_producer = std::make_unique<Qombu::Producer>(m_connection->handle(), queues->first());
    return {};
}

int ProducerElement::publish(const QJSValue &body, const QJSValue &options)
{
    if (!m_producer) {
        if (const Qombu::Error error = makeProducer(); error.isError())
            return refuse(error);
    }
    const Qombu::Result<Qombu::PublishOptions> read =
        publishOptionsFrom(variantOf(options).toMap());
    if (!read)
        return refuse(read.error());

    const QVariant content = variantOf(body);
    const int id = ++m_lastId;
    Qombu::Pending<void> pending = content.metaType() == QMetaType::fromType<Qombu::Message>()
        ? m_producer->publish(content.value<Qombu::Message>(), *read)
        : m_producer->publish(content, *read);
    pending.then(this, [this, id](const Qombu::Result<void> &result) {
        if (result) {
            Q_EMIT confirmed(id);
            return;
        }
        Q_EMIT failed(id, result.error());
        Q_EMIT errorOccurred(result.error());
    });
    return id;
}

} // namespace QombuQml
