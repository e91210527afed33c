// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "qombuvaluetypes.h"

#include <Qombu/queue.h>
#include <Qombu/result.h>

#include <QtQml/qqmllist.h>

namespace QombuQml {

// A Qombu::Exchange as an element: what QueueBinding, Queue and Producer name.
class ExchangeElement : public QObject
{
    Q_OBJECT
    Q_PROPERTY(QString name MEMBER m_name NOTIFY changed)
    Q_PROPERTY(Qombu::ExchangeType type MEMBER m_type NOTIFY changed)
    Q_PROPERTY(bool durable MEMBER m_durable NOTIFY changed)
    Q_PROPERTY(bool autoDelete MEMBER m_autoDelete NOTIFY changed)
    QML_NAMED_ELEMENT(Exchange)

public:
    using QObject::QObject;
    Qombu::Exchange exchange() const;

Q_SIGNALS:
    void changed();

private:
    QString m_name;
    Qombu::ExchangeType m_type = Qombu::ExchangeType::Direct;
    bool m_durable = true;
    bool m_autoDelete = false;
};

// One more binding of a Queue.
class QueueBindingElement : public QObject
{
    Q_OBJECT
    Q_PROPERTY(QombuQml::ExchangeElement *exchange MEMBER m_exchange NOTIFY changed)
    Q_PROPERTY(QString routingKey MEMBER m_routingKey NOTIFY changed)
    QML_NAMED_ELEMENT(QueueBinding)

public:
    using QObject::QObject;
    ExchangeElement *exchange() const { return m_exchange; }
    QString routingKey() const { return m_routingKey; }

Q_SIGNALS:
    void changed();

private:
    QPointer<ExchangeElement> m_exchange;
    QString m_routingKey;
};

// A Qombu::Queue as an element, with its bindings as children.
class QueueElement : public QObject
{
    Q_OBJECT
    Q_PROPERTY(QString name MEMBER m_name NOTIFY changed)
    Q_PROPERTY(QombuQml::ExchangeElement *exchange MEMBER m_exchange NOTIFY changed)
    Q_PROPERTY(QString routingKey MEMBER m_routingKey NOTIFY changed)
    Q_PROPERTY(
        QQmlListProperty<QombuQml::QueueBindingElement> bindings READ bindings NOTIFY changed)
    Q_PROPERTY(bool durable MEMBER m_durable NOTIFY changed)
    Q_PROPERTY(bool autoDelete MEMBER m_autoDelete NOTIFY changed)
    Q_PROPERTY(bool exclusive MEMBER m_exclusive NOTIFY changed)
    Q_PROPERTY(QString deadLetterQueue MEMBER m_deadLetterQueue NOTIFY changed)
    Q_CLASSINFO("DefaultProperty", "bindings")
    QML_NAMED_ELEMENT(Queue)

public:
    using QObject::QObject;
    Qombu::Queue queue() const;
    QQmlListProperty<QueueBindingElement> bindings() { return {this, &m_bindings}; }

Q_SIGNALS:
    void changed();

private:
    QString m_name;
    QPointer<ExchangeElement> m_exchange;
    QString m_routingKey;
    QList<QueueBindingElement *> m_bindings;
    bool m_durable = true;
    bool m_autoDelete = false;
    bool m_exclusive = false;
    QString m_deadLetterQueue;
};

// Queues from what a property of type var may hold: a name, a Queue element, or a list of both.
// Error::Configuration for anything else.
Qombu::Result<QList<Qombu::Queue>> queuesFrom(const QVariant &value);

} // namespace QombuQml
