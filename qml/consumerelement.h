// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "brokerconnection.h"

#include <Qombu/consumer.h>

namespace QombuQml {

// A Qombu::Consumer as an element.
class ConsumerElement : public QObject, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    Q_PROPERTY(QombuQml::BrokerConnection *connection READ connection WRITE setConnection NOTIFY
                   connectionChanged)
    Q_PROPERTY(QVariant queues READ queues WRITE setQueues NOTIFY queuesChanged)
    Q_PROPERTY(bool active READ isActive WRITE setActive NOTIFY activeChanged)
    Q_PROPERTY(bool paused READ isPaused WRITE setPaused NOTIFY pausedChanged)
    Q_PROPERTY(
        int prefetchCount READ prefetchCount WRITE setPrefetchCount NOTIFY prefetchCountChanged)
    Q_PROPERTY(Qombu::AckMode ackMode READ ackMode WRITE setAckMode NOTIFY ackModeChanged)
    Q_PROPERTY(QStringList accept READ accept WRITE setAccept NOTIFY acceptChanged)
    Q_PROPERTY(QString tag READ tag WRITE setTag NOTIFY tagChanged)
    Q_PROPERTY(bool exclusive READ isExclusive WRITE setExclusive NOTIFY exclusiveChanged)
    Q_PROPERTY(State state READ state NOTIFY stateChanged)
    QML_NAMED_ELEMENT(Consumer)

public:
    enum State { Stopped, Starting, Consuming, Paused };
    Q_ENUM(State)

    explicit ConsumerElement(QObject *parent = nullptr);
    ~ConsumerElement() override;

    BrokerConnection *connection() const { return m_connection; }
    void setConnection(BrokerConnection *connection);
    QVariant queues() const { return m_queues; }
    void setQueues(const QVariant &queues);
    bool isActive() const { return m_active; }
    void setActive(bool active);
    bool isPaused() const { return m_paused; }
    void setPaused(bool paused);
    int prefetchCount() const { return m_prefetchCount; }
    void setPrefetchCount(int messages);
    Qombu::AckMode ackMode() const { return m_ackMode; }
    void setAckMode(Qombu::AckMode mode);
    QStringList accept() const { return m_accept; }
    void setAccept(const QStringList &accept);
    QString tag() const { return m_tag; }
    void setTag(const QString &tag);
    bool isExclusive() const { return m_exclusive; }
    void setExclusive(bool exclusive);
    State state() const { return m_state; }

Q_SIGNALS:
    void connectionChanged();
    void queuesChanged();
    void activeChanged();
    void pausedChanged();
    void prefetchCountChanged();
    void ackModeChanged();
    void acceptChanged();
    void tagChanged();
    void exclusiveChanged();
    void stateChanged();
    void messageReceived(const Qombu::Message &message);
    void decodeFailed(const Qombu::Message &message, const Qombu::Error &error);
    void cancelledByBroker(const Qombu::Error &error);
    void errorOccurred(const Qombu::Error &error);
    void settlementLost(const QString &queue, const QString &deliveryTag);

protected:
    void classBegin() override {}
    void componentComplete() override;

private:
    void stop();
    void restart(); // once for all changes of one turn
    void start();
    Qombu::Error configure();
    void setState(State state);

    QPointer<BrokerConnection> m_connection;
    QVariant m_queues;
    bool m_active = false;
    bool m_paused = false;
    int m_prefetchCount = 16;
    Qombu::AckMode m_ackMode = Qombu::AckMode::Manual;
    QStringList m_accept;
    QString m_tag;
    bool m_exclusive = false;
    State m_state = Stopped;
    bool m_complete = false;
    bool m_isStartPosted = false;
    std::unique_ptr<Qombu::Consumer> m_consumer;
};

} // namespace QombuQml
