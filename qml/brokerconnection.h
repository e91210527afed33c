// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "qombuvaluetypes.h"

#include <Qombu/connection.h>

#include <QtQml/qqmlparserstatus.h>

#include <memory>

namespace QombuQml {

// A Qombu::Connection as an element; its engine lives on Hub::background().
class BrokerConnection : public QObject, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    Q_PROPERTY(QString url READ url WRITE setUrl NOTIFY urlChanged)
    Q_PROPERTY(bool active READ isActive WRITE setActive NOTIFY activeChanged)
    Q_PROPERTY(QVariantMap transportOptions READ transportOptions WRITE setTransportOptions NOTIFY
                   transportOptionsChanged)
    Q_PROPERTY(State state READ state NOTIFY stateChanged)
    Q_PROPERTY(Qombu::Error error READ error NOTIFY errorChanged)
    Q_PROPERTY(QString errorString READ errorString NOTIFY errorChanged)
    Q_PROPERTY(bool blocked READ isBlocked NOTIFY blockedChanged)
    QML_ELEMENT

public:
    enum State { Closed, Connecting, Open, Waiting, Closing };
    Q_ENUM(State)

    explicit BrokerConnection(QObject *parent = nullptr);
    ~BrokerConnection() override;

    QString url() const; // with the password masked
    void setUrl(const QString &url);
    bool isActive() const { return m_active; }
    void setActive(bool active);
    QVariantMap transportOptions() const { return m_transportOptions; }
    void setTransportOptions(const QVariantMap &options);
    State state() const { return m_state; }
    Qombu::Error error() const { return m_connection ? m_connection->error() : Qombu::Error(); }
    QString errorString() const { return error().text(); }
    bool isBlocked() const { return m_connection && m_connection->isBlocked(); }

    // For the other elements; null while there is none.
    Qombu::Connection *handle() const { return m_connection.get(); }

Q_SIGNALS:
    void urlChanged();
    void activeChanged();
    void transportOptionsChanged();
    void stateChanged();
    void errorChanged();
    void blockedChanged();
    void errorOccurred(const Qombu::Error &error);
    void notice(const Qombu::BrokerNotice &notice);
    // For the other elements: drop what stands on handle(); there is a new one.
    void handleAboutToGo();
    void handleChanged();

protected:
    void classBegin() override {}
    void componentComplete() override;

private:
    void rebuild();
    void drop();
    void setState(State state);

    Qombu::BrokerUrl m_url;
    QVariantMap m_transportOptions;
    bool m_active = true;
    bool m_complete = false;
    State m_state = Closed;
    std::unique_ptr<Qombu::Connection> m_connection;
};

} // namespace QombuQml
