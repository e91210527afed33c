// SPDX-License-Identifier: BSD-3-Clause
#include <Qombu/binding.h>
#include <Qombu/exchange.h>

#include <QtCore/qdebug.h>
#include <QtCore/qhashfunctions.h>

namespace Qombu {

class ExchangeData : public QSharedData
{
public:
    QString name;
    ExchangeType type = ExchangeType::Direct;
    bool durable = true;
    bool autoDelete = false;
    bool passive = false;
    bool declared = true;
    QVariantMap arguments;
};

/*!
    \class Qombu::Exchange
    \inmodule Qombu
    \inheaderfile Qombu/Exchange
    \brief The wish for an exchange: where publishers send, and how it chooses queues.

    An Exchange is a description and does nothing by itself; a Connection, Producer or Consumer
    declares it. The default-constructed one is the default exchange "", where the routing key names
    the queue; it is never declared, and neither are names that begin with \c{amq.}
    (kombu-wire §4.1).

    Implicitly shared; values may be used in any thread. Setters return the exchange, so that a
    declaration reads as one expression:
    \code
    const auto events = Qombu::Exchange("events", Qombu::ExchangeType::Topic).setDurable(false);
    \endcode
*/

/*!
    \class Qombu::Binding
    \inmodule Qombu
    \inheaderfile Qombu/Binding
    \brief One rule of an exchange: messages whose routing key fits go to this queue.

    What "fits" means depends on the exchange's type: an equal key for direct, a pattern for topic,
    any key for fanout, the \c arguments for headers. A plain value.
*/

/*!
    \property Qombu::Binding::exchange
    \property Qombu::Binding::routingKey
    \property Qombu::Binding::queue
    \property Qombu::Binding::destinationExchange
    The members of the same names, for QML.
*/

/*!
    \variable Qombu::Binding::exchange
    The exchange. Nothing can be bound to the default exchange.
*/

/*!
    \variable Qombu::Binding::routingKey
    The key or pattern; empty by default.
*/

/*!
    \variable Qombu::Binding::queue
    The name of the queue.
*/

/*!
    \variable Qombu::Binding::arguments
    What headers exchanges look for. Kombu's virtual transports, Redis among them, do not store them
    (kombu-wire §4.1).
*/

/*!
    \variable Qombu::Binding::destinationExchange
    The exchange that the binding leads to; empty: it leads to the queue. Only where the broker has
    Capability::ExchangeBindings.
*/

/*!
    \fn bool Qombu::Binding::operator==(const Qombu::Binding &a, const Qombu::Binding &b)
    Returns whether \a a and \a b are equal in every member.
*/

/*!
    \property Qombu::Exchange::name
    \property Qombu::Exchange::type
    \property Qombu::Exchange::durable
    \property Qombu::Exchange::autoDelete
    What the getter functions return, for QML. They cannot be written.
*/

/*!
    \fn bool Qombu::Exchange::isDefault() const
    Returns whether this is the default exchange: its name is empty.
*/

/*!
    \fn bool Qombu::Exchange::operator==(const Qombu::Exchange &a, const Qombu::Exchange &b)
    \fn bool Qombu::Exchange::operator!=(const Qombu::Exchange &a, const Qombu::Exchange &b)
    Compares \a a and \a b: they are equal if they are the same wish in every part.
*/

/*! Constructs the default exchange. */
Exchange::Exchange()
    : d(new ExchangeData)
{
}

/*! Constructs a durable exchange called \a name that chooses queues as \a type says. */
Exchange::Exchange(const QString &name, ExchangeType type)
    : d(new ExchangeData)
{
    d->name = name;
    d->type = type;
}

Exchange::Exchange(const Exchange &other) = default;
Exchange::Exchange(Exchange &&other) noexcept = default;
Exchange &Exchange::operator=(const Exchange &other) = default;
Exchange &Exchange::operator=(Exchange &&other) noexcept = default;
Exchange::~Exchange() = default;

/*! Returns the name; empty for the default exchange. */
QString Exchange::name() const
{
    return d->name;
}

/*! Returns how the exchange chooses queues. */
ExchangeType Exchange::type() const
{
    return d->type;
}

/*!
    Returns whether the exchange survives a restart of the broker; true unless said otherwise. Redis
    and the memory broker keep no exchanges as such (kombu-wire §1).
*/
bool Exchange::isDurable() const
{
    return d->durable;
}

/*!
    Returns whether the broker deletes the exchange with its last binding; false unless said
    otherwise. On Redis every exchange is nothing but its bindings.
*/
bool Exchange::isAutoDelete() const
{
    return d->autoDelete;
}

/*!
    Returns whether declaring only checks that the exchange exists; false unless said otherwise. If
    it does not, the answer is Error::NotFound with reply code 404: see Channel::declare().
*/
bool Exchange::isPassive() const
{
    return d->passive;
}

/*! Returns whether we declare the exchange at all, as we do; false is Kombu's \c no_declare. */
bool Exchange::isDeclared() const
{
    return d->declared;
}

/*! Returns the arguments given to the broker when the exchange is declared. */
QVariantMap Exchange::arguments() const
{
    return d->arguments;
}

/*! Sets isDurable() to \a durable. */
Exchange &Exchange::setDurable(bool durable)
{
    d->durable = durable;
    return *this;
}

/*! Sets isAutoDelete() to \a autoDelete. */
Exchange &Exchange::setAutoDelete(bool autoDelete)
{
    d->autoDelete = autoDelete;
    return *this;
}

/*! Sets isPassive() to \a passive. */
Exchange &Exchange::setPassive(bool passive)
{
    d->passive = passive;
    return *this;
}

/*! Sets isDeclared() to \a declared. */
Exchange &Exchange::setDeclared(bool declared)
{
    d->declared = declared;
    return *this;
}

/*! Sets arguments() to \a arguments. */
Exchange &Exchange::setArguments(const QVariantMap &arguments)
{
    d->arguments = arguments;
    return *this;
}

bool operator==(const Exchange &a, const Exchange &b)
{
    return a.d == b.d
        || (a.d->name == b.d->name && a.d->type == b.d->type && a.d->durable == b.d->durable
            && a.d->autoDelete == b.d->autoDelete && a.d->passive == b.d->passive
            && a.d->declared == b.d->declared && a.d->arguments == b.d->arguments);
}

/*! Returns the hash of \a exchange, seeded with \a seed. */
size_t qHash(const Exchange &exchange, size_t seed)
{
    return qHashMulti(seed, exchange.name(), int(exchange.type()));
}

/*! Writes name and type of \a exchange to \a debug. */
QDebug operator<<(QDebug debug, const Exchange &exchange)
{
    const QDebugStateSaver saver(debug);
    debug.nospace() << "Qombu::Exchange(" << exchange.name() << ", " << exchange.type();
    if (!exchange.isDurable())
        debug << ", transient";
    if (exchange.isAutoDelete())
        debug << ", auto-delete";
    if (exchange.isPassive())
        debug << ", passive";
    return debug << ')';
}

} // namespace Qombu
