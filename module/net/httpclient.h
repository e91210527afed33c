// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/tlsoptions_p.h"
#include "net/endpoint.h"

#include <Qombu/hub.h>
#include <Qombu/result.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qurl.h>
#include <QtNetwork/qsslconfiguration.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>

class QNetworkAccessManager;
class QNetworkReply;
class QNetworkRequest;

namespace Qombu {
class HttpExchange;

// What is asked. A plain value.
struct HttpRequest
{
    QByteArray method = "GET";
    QByteArray target = "/"; // path and query below the base, percent-encoded; begins with "/"
    QByteArray body;
    QByteArray contentType; // of body
    // Of the answer's body; 0: as in HttpSettings, which is the most.
    qint64 maximumBytes = 0;
};

// What the server said, whatever its status. A plain value.
struct HttpAnswer
{
    int status = 0; // 200, 404
    QByteArray reason; // "OK", "Not Found": for people
    QByteArray contentType;
    QByteArray body;
};

// Whom to ask, and how. A plain value.
struct HttpSettings
{
    QUrl base; // http or https, host, port and a path before every target; no user, no query
    TlsOptions tls; // followed where base is https, whatever its "enabled" says
    QString user; // empty: no credentials are sent
    QString password;
    Hub::Duration timeout = std::chrono::seconds(10); // of one request: from send() to its end
    qint64 maximumBytes = 16 << 20; // of one answer's body
};

// Asks one HTTP server, over connections that it keeps. Every status is an answer: redirects are
// not followed, a 401 is not asked again; only what kept an answer away is an Error. Hub's thread.
class HttpClient
{
public:
    using Done = std::function<void(const Result<HttpAnswer> &answer)>;

    HttpClient(Hub *hub, HttpSettings settings);
    // At once: what was asked is not answered any more. Also inside an answer.
    ~HttpClient();
    Q_DISABLE_COPY_MOVE(HttpClient)

    // Calls done exactly once, never inside this call; answers come as the server gives them, in
    // any order. GET and HEAD are sent again when the server ends a connection without an answer,
    // what else there is never. The number is for cancel(); 0: there is nothing to cancel.
    quint64 send(const HttpRequest &request, Done done);
    // At once: done is not called any more. What is over already is left alone.
    void cancel(quint64 number);
    // Of requests that are sent from now on.
    void setCredentials(const QString &user, const QString &password);

private:
    Error check(const HttpRequest &request) const;
    Error checkBase() const;
    Error checkTarget(const HttpRequest &request) const;
    Error checkCredentials() const;
    Error prepare(); // manager and TLS
    QUrl urlOf(const HttpRequest &request) const;
    QNetworkRequest toQt(const HttpRequest &request) const;
    QNetworkReply *hand(const HttpRequest &request); // to the manager
    void refuse(const Error &error, Done done);
    quint64 start(const HttpRequest &request, Done done);
    void ended(quint64 number, const Result<HttpAnswer> &answer);

    Hub *m_hub;
    HttpSettings m_settings;
    Endpoint m_endpoint;
    std::optional<QSslConfiguration> m_tls; // as the files said it that were read last
    std::unique_ptr<QNetworkAccessManager> m_manager;
    std::map<quint64, std::unique_ptr<HttpExchange>> m_exchanges;
    quint64 m_lastNumber = 0;
    bool m_mustReadFiles = false; // TLS was refused: next time they may hold something else
    std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace Qombu
