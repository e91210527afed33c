// SPDX-License-Identifier: BSD-3-Clause
#include "net/httpexchange.h"

#include "core/logging_p.h"
#include "net/socketerror.h"
#include "net/tlsrefusal.h"

#include <QtCore/qcoreapplication.h>
#include <QtNetwork/qsslconfiguration.h>

#include <cerrno>
#include <utility>

namespace Qombu {
namespace {

struct HttpText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::HttpClient)
};

// What Qt keeps of a body before we have looked at it. Only what comes with a 401 or 407 it keeps
// whole until its end, or the deadline.
constexpr qint64 HttpReadAhead = 256 * 1024;

double httpSeconds(Hub::Duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

// Of many statuses of the server Qt makes an error.
bool isHttpStatus(QNetworkReply::NetworkError error)
{
    return error == QNetworkReply::NoError
        || error == QNetworkReply::ProxyAuthenticationRequiredError
        || error == QNetworkReply::ProtocolInvalidOperationError
        || (error >= QNetworkReply::ContentAccessDenied
            && error <= QNetworkReply::UnknownContentError
            && error != QNetworkReply::ContentReSendError)
        || error >= QNetworkReply::InternalServerError;
}

// What Qt does not call a handshake that failed: an alert that comes later, and options that
// OpenSSL does not take, which it names.
bool isTlsWrong(const QString &detail)
{
    return TlsRefusal::alertIn(detail) || detail.contains(QLatin1String("SSL"));
}

} // namespace

HttpExchange::HttpExchange(Hub *hub, const Settings &settings, const HttpRequest &request,
                           QNetworkReply *reply, Ended ended)
    : m_hub(hub)
    , m_settings(settings)
    , m_method(request.method)
    , m_isEncrypted(reply->url().scheme() == QLatin1String("https"))
    , m_ended(std::move(ended))
    , m_reply(reply)
{
    m_reply->setReadBufferSize(HttpReadAhead);
    if (changesSomething())
        m_phase = Phase::Asking; // Qt does not tell when it is sent: it may be from now on
    watch();
    m_deadline = m_hub->callLater(m_settings.timeout, [this] { timedOut(); });
}

HttpExchange::~HttpExchange()
{
    QObject::disconnect(m_reply.get(), nullptr, &m_context, nullptr);
    m_reply->abort();
}

void HttpExchange::watch()
{
    QNetworkReply *const reply = m_reply.get();
    QObject::connect(reply, &QNetworkReply::sslErrors, &m_context,
                     [this](const QList<QSslError> &errors) { judge(errors); });
    QObject::connect(reply, &QNetworkReply::requestSent, &m_context,
                     [this] { m_phase = std::max(m_phase, Phase::Asking); });
    QObject::connect(reply, &QNetworkReply::metaDataChanged, &m_context, [this] { headArrived(); });
    QObject::connect(reply, &QNetworkReply::readyRead, &m_context, [this] { bodyArrived(); });
    QObject::connect(reply, &QNetworkReply::finished, &m_context, [this] { finished(); });
}

// Only the name of the host may be overlooked, and only if that was asked for.
void HttpExchange::judge(const QList<QSslError> &errors)
{
    m_tlsErrors.clear();
    for (const QSslError &error : errors) {
        if (m_settings.tls.checkHostName || error.error() != QSslError::HostNameMismatch)
            m_tlsErrors << error;
    }
    if (m_tlsErrors.isEmpty())
        m_reply->ignoreSslErrors(errors);
}

void HttpExchange::headArrived()
{
    m_phase = Phase::Reading;
    const QByteArray encoding = m_reply->rawHeader("Content-Encoding");
    if (!encoding.isEmpty() && encoding.compare("identity", Qt::CaseInsensitive) != 0)
        return end(encoded(encoding));
    const QVariant length = m_reply->header(QNetworkRequest::ContentLengthHeader);
    if (m_method != "HEAD" && length.toLongLong() > m_settings.maximumBytes)
        end(tooLarge());
}

void HttpExchange::bodyArrived()
{
    if (!m_ended)
        return;
    while (m_reply->bytesAvailable() > 0) {
        const QByteArray piece = m_reply->read(HttpReadAhead);
        if (piece.isEmpty())
            break;
        if (m_body.size() + piece.size() > m_settings.maximumBytes)
            return end(tooLarge());
        m_body += piece;
    }
}

void HttpExchange::finished()
{
    bodyArrived();
    if (!m_ended)
        return;
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const QNetworkReply::NetworkError error = m_reply->error();
    if (status > 0 && isHttpStatus(error))
        end(answer());
    else
        end(fault());
}

HttpAnswer HttpExchange::answer() const
{
    HttpAnswer result;
    result.status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    result.reason = m_reply->attribute(QNetworkRequest::HttpReasonPhraseAttribute).toByteArray();
    result.contentType = m_reply->rawHeader("Content-Type");
    result.body = m_body;
    return result;
}

void HttpExchange::timedOut()
{
    const double seconds = httpSeconds(m_settings.timeout);
    if (m_phase == Phase::Connecting) {
        return end(notConnected(HttpText::tr("no answer within %1 s").arg(seconds))
                       .withReplyCode(ETIMEDOUT));
    }
    const QString text = m_phase == Phase::Asking
        ? HttpText::tr("%1 has not answered within %2 s.").arg(m_settings.endpoint.text())
        : HttpText::tr("%1 has not sent its whole answer within %2 s.")
              .arg(m_settings.endpoint.text());
    end(doubtful(Error(Error::Timeout, text.arg(seconds))
                     .withWhere(m_settings.endpoint.text())
                     .withReplyCode(ETIMEDOUT)
                     .withRecoverable(true)));
}

Error HttpExchange::fault() const
{
    switch (m_reply->error()) {
    case QNetworkReply::ConnectionRefusedError:
        return notConnected(socketErrorText(ECONNREFUSED)).withReplyCode(ECONNREFUSED);
    case QNetworkReply::HostNotFoundError:
        return notConnected(HttpText::tr("the host name is not known"));
    case QNetworkReply::TimeoutError:
        return notConnected(socketErrorText(ETIMEDOUT)).withReplyCode(ETIMEDOUT);
    case QNetworkReply::SslHandshakeFailedError:
        return tlsRefusal();
    case QNetworkReply::RemoteHostClosedError:
    case QNetworkReply::ContentReSendError: // it would have been sent again
        return doubtful(lost(whyEnded()));
    default:
        if (isTlsWrong(m_reply->errorString()))
            return tlsRefusal();
        return doubtful(lost(m_reply->errorString()));
    }
}

QString HttpExchange::whyEnded() const
{
    if (m_phase == Phase::Reading)
        return HttpText::tr("closed by the peer");
    if (m_isEncrypted && m_settings.tls.certificateFile.isEmpty()) {
        return HttpText::tr("ended without an answer. It may demand a client certificate, which "
                            "ssl_certfile and ssl_keyfile name.");
    }
    return HttpText::tr("ended without an answer. Does HTTP answer at this port?");
}

Error HttpExchange::tlsRefusal() const
{
    TlsRefusal refusal;
    refusal.endpoint = m_settings.endpoint;
    refusal.options = m_settings.tls;
    refusal.errors = m_tlsErrors;
    refusal.certificate = m_reply->sslConfiguration().peerCertificate();
    if (!m_settings.tls.caFile.isEmpty())
        refusal.authorities = m_reply->sslConfiguration().caCertificates();
    refusal.detail = m_reply->errorString();
    refusal.alert = TlsRefusal::alertIn(refusal.detail);
    refusal.isOurConfiguration =
        m_reply->error() != QNetworkReply::SslHandshakeFailedError && !refusal.alert;
    return refusal.toError();
}

Error HttpExchange::notConnected(const QString &why) const
{
    const QString where = m_settings.endpoint.text();
    return Error(Error::Connection,
                 HttpText::tr("could not connect to %1 \u2014 %2").arg(where, why))
        .withWhere(where)
        .withRecoverable(true);
}

Error HttpExchange::lost(const QString &why) const
{
    const QString where = m_settings.endpoint.text();
    return Error(Error::Connection,
                 HttpText::tr("lost the connection to %1 \u2014 %2").arg(where, why))
        .withWhere(where)
        .withRecoverable(true);
}

Error HttpExchange::tooLarge() const
{
    return Error(Error::LimitExceeded,
                 HttpText::tr("the answer of %1 is larger than the limit of %2 bytes.")
                     .arg(m_settings.endpoint.text())
                     .arg(m_settings.maximumBytes))
        .withWhere(m_settings.endpoint.text());
}

Error HttpExchange::encoded(const QByteArray &how) const
{
    return Error(Error::Protocol,
                 HttpText::tr("%1 has encoded its answer as \"%2\", which nobody asked for.")
                     .arg(m_settings.endpoint.text(),
                          QString::fromLatin1(how.first(std::min<qsizetype>(how.size(), 40)))))
        .withWhere(m_settings.endpoint.text());
}

// The server may have done what it was asked before it fell silent.
Error HttpExchange::doubtful(const Error &error) const
{
    return error.withInDoubt(changesSomething());
}

bool HttpExchange::changesSomething() const
{
    return m_method != "GET" && m_method != "HEAD";
}

void HttpExchange::end(const Result<HttpAnswer> &answer)
{
    m_deadline.cancel();
    qCDebug(lcNet) << m_settings.endpoint.text() << m_method
                   << (answer.isOk() ? QString::number(answer->status) : answer.error().text())
                   << m_body.size();
    QObject::disconnect(m_reply.get(), nullptr, &m_context, nullptr);
    if (const auto ended = std::exchange(m_ended, nullptr))
        ended(answer);
}

} // namespace Qombu
