// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "brokerconnection.h"
#include "topologyelements.h"

#include <Qombu/producer.h>

#include <QtQml/qjsvalue.h>

namespace QombuQml {

// A Qombu::Producer as an element.
class ProducerElement : public QObject
{
    Q_OBJECT
    Q_PROPERTY(QombuQml::BrokerConnection *connection READ connection WRITE setConnection NOTIFY
                   connectionChanged)
    Q_PROPERTY(QVariant queue MEMBER m_queue NOTIFY targetChanged)
    Q_PROPERTY(QombuQml::ExchangeElement *exchange MEMBER m_exchange NOTIFY targetChanged)
    Q_PROPERTY(QString routingKey MEMBER m_routingKey NOTIFY targetChanged)
    QML_NAMED_ELEMENT(Producer)

public:
    explicit ProducerElement(QObject *parent = nullptr);
    ~ProducerElement() override;

    BrokerConnection *connection() const { return m_connection; }
    void setConnection(BrokerConnection *connection);

    // Rising from 1; 0: refused, errorOccurred() says why.
    Q_INVOKABLE int publish(const QJSValue &body, const QJSValue &options = {});

Q_SIGNALS:
    void connectionChanged();
    void targetChanged();
    void confirmed(int id);
    void failed(int id, const Qombu::Error &error);
    void errorOccurred(const Qombu::Error &error);

private:
    int refuse(const Qombu::Error &error);
    Qombu::Error makeProducer();

    QPointer<BrokerConnection> m_connection;
    QVariant m_queue;
    QPointer<ExchangeElement> m_exchange;
    QString m_routingKey;
    std::unique_ptr<Qombu::Producer> m_producer;
    int m_lastId = 0;
};

} // namespace QombuQml
