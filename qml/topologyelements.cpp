// SPDX-License-Identifier: BSD-3-Clause
#include "topologyelements.h"

#include "jsvalues.h"

#include <QtCore/qcoreapplication.h>

namespace QombuQml {

/*!
    \qmltype Exchange
    \inqmlmodule Qombu
    \brief An exchange: its \c name, \c type (\c Qombu.Direct by default, \c Qombu.Topic or
    \c Qombu.Fanout), \c durable and \c autoDelete.

    It is declared when a Consumer declares a queue that is bound to it.
*/

Qombu::Exchange ExchangeElement::exchange() const
{
    return Qombu::Exchange(m_name, m_type).setDurable(m_durable).setAutoDelete(m_autoDelete);
}

/*!
    \qmltype Queue
    \inqmlmodule Qombu
    \brief A queue and its bindings.

    \qml
    Queue {
        name: "prices"; routingKey: "eur.#"
        exchange: Exchange { name: "stock"; type: Qombu.Topic }
        QueueBinding { exchange: other; routingKey: "all" }
    }
    \endqml

    A consumer reads it when it starts: what is changed later counts from its next start.
*/

/*!
    \qmltype QueueBinding
    \inqmlmodule Qombu
    \brief One more binding of a Queue: \c exchange and \c routingKey.
*/

Qombu::Queue QueueElement::queue() const
{
    Qombu::Queue queue(m_name);
    if (m_exchange)
        queue.addBinding(m_exchange->exchange(), m_routingKey);
    for (const QueueBindingElement *binding : m_bindings) {
        if (binding && binding->exchange())
            queue.addBinding(binding->exchange()->exchange(), binding->routingKey());
    }
    queue.setDurable(m_durable).setAutoDelete(m_autoDelete).setExclusive(m_exclusive);
    return queue.setDeadLetterQueue(m_deadLetterQueue);
}

Qombu::Result<QList<Qombu::Queue>> queuesFrom(const QVariant &value)
{
    if (value.metaType() == QMetaType::fromType<QJSValue>())
        return queuesFrom(value.value<QJSValue>().toVariant());
    if (value.typeId() == QMetaType::QString)
        return QList<Qombu::Queue>{value.toString()};
    if (const auto *element = value.value<QueueElement *>())
        return QList<Qombu::Queue>{element->queue()};
    if (value.typeId() == QMetaType::QVariantList || value.typeId() == QMetaType::QStringList) {
        QList<Qombu::Queue> queues;
        const QVariantList items = value.toList();
        for (const QVariant &item : items) {
            const Qombu::Result<QList<Qombu::Queue>> one = queuesFrom(item);
            if (!one)
                return one;
            queues += *one;
        }
        return queues;
    }
    return Qombu::Error(Qombu::Error::Configuration,
                        QCoreApplication::translate("QombuQml::QueueElement",
                                                    "A queue must be a name or a Queue element"));
}

} // namespace QombuQml
