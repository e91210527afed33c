// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "net/httpclient.h"

#include <QtCore/qobject.h>
#include <QtNetwork/qnetworkreply.h>
#include <QtNetwork/qsslerror.h>

namespace Qombu {

// One request that QNetworkAccessManager has been given, until it is answered or in vain. Hub's
// thread; its HttpClient owns it, and destroys it when it is over or not wanted any more.
class HttpExchange
{
public:
    struct Settings
    {
        Endpoint endpoint;
        TlsOptions tls;
        Hub::Duration timeout;
        qint64 maximumBytes;
    };
    using Ended = std::function<void(const Result<HttpAnswer> &answer)>;

    // Calls ended once, from the event loop; it must not destroy the exchange at once.
    HttpExchange(Hub *hub, const Settings &settings, const HttpRequest &request,
                 QNetworkReply *reply, Ended ended);
    ~HttpExchange();
    Q_DISABLE_COPY_MOVE(HttpExchange)

private:
    enum class Phase { Connecting, Asking, Reading };

    void watch();
    void judge(const QList<QSslError> &errors);
    void headArrived();
    void bodyArrived();
    void finished();
    void timedOut();
    bool changesSomething() const;
    HttpAnswer answer() const;
    Error fault() const;
    QString whyEnded() const;
    Error tlsRefusal() const;
    Error notConnected(const QString &why) const;
    Error lost(const QString &why) const;
    Error tooLarge() const;
    Error encoded(const QByteArray &how) const;
    Error doubtful(const Error &error) const;
    void end(const Result<HttpAnswer> &answer);

    Hub *m_hub;
    Settings m_settings;
    QByteArray m_method;
    bool m_isEncrypted;
    Ended m_ended;
    QObject m_context; // of what is connected
    std::unique_ptr<QNetworkReply> m_reply;
    HubHandle m_deadline;
    Phase m_phase = Phase::Connecting;
    QByteArray m_body;
    QList<QSslError> m_tlsErrors;
};

} // namespace Qombu
