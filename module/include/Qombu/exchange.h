// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/global.h>

#include <QtCore/qmetatype.h>
#include <QtCore/qshareddata.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

namespace Qombu {
class ExchangeData;

// The wish for an exchange: where publishers send, and how it chooses queues. A value.
class QOMBU_EXPORT Exchange
{
    Q_GADGET
    Q_PROPERTY(QString name READ name)
    Q_PROPERTY(Qombu::ExchangeType type READ type)
    Q_PROPERTY(bool durable READ isDurable)
    Q_PROPERTY(bool autoDelete READ isAutoDelete)

public:
    Exchange(); // the default exchange: "" — the routing key names the queue
    explicit Exchange(const QString &name, ExchangeType type = ExchangeType::Direct);
    Exchange(const Exchange &other);
    Exchange(Exchange &&other) noexcept;
    Exchange &operator=(const Exchange &other);
    Exchange &operator=(Exchange &&other) noexcept;
    ~Exchange();

    QString name() const;
    ExchangeType type() const;
    bool isDurable() const; // true unless said otherwise
    bool isAutoDelete() const;
    bool isPassive() const; // declare only checks that it exists
    bool isDeclared() const; // false: never declared by us (Kombu's no_declare)
    QVariantMap arguments() const;
    bool isDefault() const { return name().isEmpty(); }

    Exchange &setDurable(bool durable);
    Exchange &setAutoDelete(bool autoDelete);
    Exchange &setPassive(bool passive);
    Exchange &setDeclared(bool declared);
    Exchange &setArguments(const QVariantMap &arguments);

    friend QOMBU_EXPORT bool operator==(const Exchange &a, const Exchange &b);
    friend bool operator!=(const Exchange &a, const Exchange &b) { return !(a == b); }

private:
    QSharedDataPointer<ExchangeData> d;
};

QOMBU_EXPORT size_t qHash(const Exchange &exchange, size_t seed = 0);
QOMBU_EXPORT QDebug operator<<(QDebug debug, const Exchange &exchange);

} // namespace Qombu
