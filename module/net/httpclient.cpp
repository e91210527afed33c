// SPDX-License-Identifier: BSD-3-Clause
#include "net/httpclient.h"

#include "core/logging_p.h"
#include "core/whilealive_p.h"
#include "net/httpexchange.h"
#include "net/tlsconfiguration.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qiodevice.h>
#include <QtNetwork/qnetworkaccessmanager.h>
#include <QtNetwork/qnetworkproxy.h>
#include <QtNetwork/qnetworkrequest.h>

#include <algorithm>
#include <utility>

namespace Qombu {
namespace {

struct ClientText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::HttpClient)
};

bool hasControlCharacter(const QString &text)
{
    return std::ranges::any_of(text, [](QChar c) { return c < u' ' || c == u'\x7f'; });
}

bool isHttps(const QUrl &base)
{
    return base.scheme() == QLatin1String("https");
}

// Behind a prefix there is only one slash: that of the target.
QByteArray prefixOf(const QUrl &base)
{
    QByteArray path = base.path(QUrl::FullyEncoded).toLatin1();
    while (path.endsWith('/'))
        path.chop(1);
    return path;
}

// The body of what may change something, sent once: when a server ends a connection without an
// answer, Qt would send all again on another one. No QBuffer, which Qt reads by itself.
class OnceOnlyBody : public QIODevice
{
public:
    explicit OnceOnlyBody(const QByteArray &bytes)
        : m_bytes(bytes)
    {
    }
    qint64 size() const override { return m_bytes.size(); }
    bool reset() override { return false; }

protected:
    qint64 readData(char *into, qint64 most) override
    {
        const qint64 count = std::min<qint64>(most, m_bytes.size() - pos());
        std::copy_n(m_bytes.constData() + pos(), count, into);
        return count;
    }
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    QByteArray m_bytes;
};

Error wrongHttp(const QString &text)
{
    return Error(Error::Configuration, text);
}

} // namespace

HttpClient::HttpClient(Hub *hub, HttpSettings settings)
    : m_hub(hub)
    , m_settings(std::move(settings))
    , m_endpoint(Endpoint::tcp(m_settings.base.host(),
                               quint16(m_settings.base.port(isHttps(m_settings.base) ? 443 : 80))))
{
}

HttpClient::~HttpClient()
{
    m_alive.reset();
    m_exchanges.clear();
}

void HttpClient::setCredentials(const QString &user, const QString &password)
{
    m_settings.user = user;
    m_settings.password = password;
}

quint64 HttpClient::send(const HttpRequest &request, Done done)
{
    Error error = check(request);
    if (!error.isError())
        error = prepare();
    if (!error.isError())
        return start(request, std::move(done));
    refuse(error, std::move(done));
    return 0;
}

void HttpClient::refuse(const Error &error, Done done)
{
    m_hub->callSoon(whileAlive(m_alive, [error, done = std::move(done)] { done(error); }));
}

Error HttpClient::check(const HttpRequest &request) const
{
    if (const Error error = checkBase(); error.isError())
        return error;
    if (const Error error = checkCredentials(); error.isError())
        return error;
    if (const Error error = checkTarget(request); error.isError())
        return error;
    const auto isToken = [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; };
    if (request.method.isEmpty() || !std::ranges::all_of(request.method, isToken))
        return wrongHttp(ClientText::tr("the method of an HTTP request has capitals only."));
    if (hasControlCharacter(QString::fromLatin1(request.contentType))) {
        return wrongHttp(
            ClientText::tr("the content type of an HTTP request has no control characters."));
    }
    return {};
}

Error HttpClient::checkBase() const
{
    const QUrl &base = m_settings.base;
    const bool isHttp = base.scheme() == QLatin1String("http");
    if (base.isValid() && !base.host().isEmpty() && base.userInfo().isEmpty() && !base.hasQuery()
        && !base.hasFragment() && (isHttp || isHttps(base)))
        return {};
    return wrongHttp(
        ClientText::tr("this is no URL of an HTTP server: it needs http or https, a host, and "
                       "nothing behind its path."));
}

// Qt resolves "." and "..", writes some octets another way: what it would send must be what was
// asked for, lest another resource is removed.
Error HttpClient::checkTarget(const HttpRequest &request) const
{
    const QByteArray sent =
        urlOf(request).toEncoded(QUrl::RemoveScheme | QUrl::RemoveAuthority | QUrl::RemoveFragment
                                 | QUrl::NormalizePathSegments);
    if (request.target.startsWith('/') && sent == prefixOf(m_settings.base) + request.target)
        return {};
    return wrongHttp(
        ClientText::tr("the path \"%1\" cannot be sent over HTTP as it is.")
            .arg(QString::fromLatin1(request.target.left(200).toPercentEncoding("/%?&=+"))));
}

// RFC 7617 §2: what the header could not tell apart again.
Error HttpClient::checkCredentials() const
{
    if (m_settings.user.contains(u':'))
        return wrongHttp(ClientText::tr("a user name with a colon cannot be sent over HTTP."));
    if (hasControlCharacter(m_settings.user) || hasControlCharacter(m_settings.password)) {
        return wrongHttp(
            ClientText::tr("a user name or password with control characters cannot be sent over "
                           "HTTP."));
    }
    return {};
}

Error HttpClient::prepare()
{
    if (m_mustReadFiles && m_exchanges.empty()) {
        m_manager.reset(); // its connections know the old ones
        m_tls.reset();
        m_mustReadFiles = false;
    }
    if (isHttps(m_settings.base) && !m_tls) {
        const auto configuration = tlsConfiguration(m_settings.tls);
        if (!configuration)
            return configuration.error();
        m_tls = *configuration;
    }
    if (!m_manager) {
        m_manager = std::make_unique<QNetworkAccessManager>();
        m_manager->setProxy(QNetworkProxy::NoProxy);
        m_manager->setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
        m_manager->setAutoDeleteReplies(false);
    }
    return {};
}

QUrl HttpClient::urlOf(const HttpRequest &request) const
{
    QUrl root = m_settings.base;
    root.setPath({});
    return QUrl::fromEncoded(root.toEncoded() + prefixOf(m_settings.base) + request.target,
                             QUrl::StrictMode);
}

QNetworkRequest HttpClient::toQt(const HttpRequest &request) const
{
    QNetworkRequest result(urlOf(request));
    result.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    result.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    result.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    result.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    result.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    result.setAttribute(QNetworkRequest::CacheSaveControlAttribute, false);
    // Else Qt unpacks by itself, without a bound.
    result.setRawHeader("Accept-Encoding", "identity");
    if (!request.contentType.isEmpty())
        result.setRawHeader("Content-Type", request.contentType);
    if (!m_settings.user.isEmpty()) {
        const QByteArray pair = (m_settings.user + u':' + m_settings.password).toUtf8();
        result.setRawHeader("Authorization", "Basic " + pair.toBase64());
    }
    if (m_tls) {
        result.setSslConfiguration(*m_tls);
        result.setPeerVerifyName(m_settings.tls.serverHostName);
    }
    return result;
}

QNetworkReply *HttpClient::hand(const HttpRequest &request)
{
    if (request.method == "GET")
        return m_manager->get(toQt(request));
    if (request.method == "HEAD")
        return m_manager->head(toQt(request));
    auto body = std::make_unique<OnceOnlyBody>(request.body);
    body->open(QIODevice::ReadOnly | QIODevice::Unbuffered);
    QNetworkReply *const reply =
        m_manager->sendCustomRequest(toQt(request), request.method, body.get());
    body.release()->setParent(reply);
    return reply;
}

quint64 HttpClient::start(const HttpRequest &request, Done done)
{
    const quint64 number = ++m_lastNumber;
    const qint64 most = m_settings.maximumBytes;
    QNetworkReply *const reply = hand(request);
    m_exchanges.emplace(
        number,
        std::make_unique<HttpExchange>(
            m_hub,
            HttpExchange::Settings{m_endpoint, m_settings.tls, m_settings.timeout,
                                   request.maximumBytes > 0 ? std::min(request.maximumBytes, most)
                                                            : most},
            request, reply,
            [this, number, done = std::move(done)](const Result<HttpAnswer> &answer) {
                m_hub->callSoon(whileAlive(m_alive, [this, number, done, answer] {
                    if (!m_exchanges.contains(number))
                        return; // cancelled
                    ended(number, answer);
                    done(answer); // may delete this
                }));
            }));
    return number;
}

void HttpClient::cancel(quint64 number)
{
    m_exchanges.erase(number);
}

void HttpClient::ended(quint64 number, const Result<HttpAnswer> &answer)
{
    m_mustReadFiles |= answer.error().kind() == Error::Tls;
    m_exchanges.erase(number);
}

} // namespace Qombu
