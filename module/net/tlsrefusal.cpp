// SPDX-License-Identifier: BSD-3-Clause
#include "net/tlsrefusal.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdatetime.h>

#include <algorithm>
#include <utility>

namespace Qombu {
namespace {

struct RefusalText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::TlsRefusal)
};

QString nameOf(const QSslCertificate &certificate)
{
    const QString name = certificate.subjectDisplayName();
    return name.isEmpty() ? RefusalText::tr("a certificate without a name") : u'"' + name + u'"';
}

QString issuerOf(const QSslCertificate &certificate)
{
    const QString name = certificate.issuerDisplayName();
    return name.isEmpty() ? RefusalText::tr("an authority without a name") : u'"' + name + u'"';
}

QString hostsOf(const QSslCertificate &certificate)
{
    QStringList names = certificate.subjectAlternativeNames().values();
    if (names.isEmpty())
        names = certificate.subjectInfo(QSslCertificate::CommonName);
    std::ranges::sort(names);
    return names.isEmpty() ? RefusalText::tr("no host at all") : names.join(QStringLiteral(", "));
}

QString dateOf(const QDateTime &time)
{
    return time.toUTC().toString(QStringLiteral("yyyy-MM-dd HH:mm 'UTC'"));
}

} // namespace

Error TlsRefusal::toError() const
{
    if (isOurConfiguration) {
        const QString text = options.ciphers.isEmpty()
            ? RefusalText::tr("Qt cannot do TLS as the options say it: %1").arg(detail)
            : RefusalText::tr(
                  "Qt cannot do TLS as the options say it; look at ssl_ciphers, \"%1\", which "
                  "needs "
                  "names as OpenSSL has them: %2")
                  .arg(options.ciphers, detail);
        return Error(Error::Configuration, text).withWhere(endpoint.text());
    }
    const QString why = !errors.isEmpty() ? ofCertificate() : alert ? ofAlert(*alert) : ofDetail();
    return Error(Error::Tls, RefusalText::tr("no TLS with %1 \u2014 %2").arg(endpoint.text(), why))
        .withWhere(endpoint.text())
        .withRecoverable(false);
}

std::optional<QSsl::AlertType> TlsRefusal::alertIn(const QString &detail)
{
    static constexpr std::pair<const char *, QSsl::AlertType> Words[] = {
        {"alert certificate required", QSsl::AlertType::CertificateRequired},
        {"alert no certificate", QSsl::AlertType::NoCertificate},
        {"alert bad certificate", QSsl::AlertType::BadCertificate},
        {"alert unsupported certificate", QSsl::AlertType::UnsupportedCertificate},
        {"alert certificate revoked", QSsl::AlertType::CertificateRevoked},
        {"alert certificate expired", QSsl::AlertType::CertificateExpired},
        {"alert certificate unknown", QSsl::AlertType::CertificateUnknown},
        {"alert unknown ca", QSsl::AlertType::UnknownCa},
        {"alert access denied", QSsl::AlertType::AccessDenied},
        {"alert decrypt error", QSsl::AlertType::DecryptError},
        {"alert handshake failure", QSsl::AlertType::HandshakeFailure},
        {"alert insufficient security", QSsl::AlertType::InsufficientSecurity},
        {"alert protocol version", QSsl::AlertType::ProtocolVersion},
        {"unrecognized name", QSsl::AlertType::UnrecognizedName},
    };
    for (const auto &[words, alert] : Words) {
        if (detail.contains(QLatin1String(words)))
            return alert;
    }
    return {};
}

bool TlsRefusal::isAboutOurCertificate() const
{
    switch (alert.value_or(QSsl::AlertType::CloseNotify)) {
    case QSsl::AlertType::NoCertificate:
    case QSsl::AlertType::BadCertificate:
    case QSsl::AlertType::UnsupportedCertificate:
    case QSsl::AlertType::CertificateRevoked:
    case QSsl::AlertType::CertificateExpired:
    case QSsl::AlertType::CertificateUnknown:
    case QSsl::AlertType::UnknownCa:
    case QSsl::AlertType::AccessDenied:
    case QSsl::AlertType::CertificateRequired:
    case QSsl::AlertType::HandshakeFailure:
        return true;
    default:
        return false;
    }
}

// OpenSSL tells one fault under several names, and each fault of a certificate once.
QString TlsRefusal::ofCertificate() const
{
    QStringList sentences;
    for (const QSslError &error : errors) {
        QString text = sentence(error);
        if (!sentences.isEmpty())
            text[0] = text[0].toUpper();
        if (!sentences.contains(text, Qt::CaseInsensitive))
            sentences << text;
    }
    return sentences.join(u' ');
}

QString TlsRefusal::sentence(const QSslError &error) const
{
    const QSslCertificate told = error.certificate();
    const QSslCertificate wrong = told.isNull() ? certificate : told;
    const QString trusted = options.caFile.isEmpty()
        ? RefusalText::tr("this machine")
        : RefusalText::tr("%1 (ssl_ca_certs)").arg(options.caFile);
    switch (error.error()) {
    case QSslError::SelfSignedCertificate:
        return RefusalText::
            tr("the server's certificate, %1, is signed by itself, and not trusted by %2. If it "
               "is the right one, name a file with it: ssl_ca_certs.")
                .arg(nameOf(wrong), trusted);
    case QSslError::SelfSignedCertificateInChain:
        return RefusalText::
            tr("the server's certificate comes from %1, which %2 does not trust. If it is right, "
               "name a file with the certificate of that authority: ssl_ca_certs.")
                .arg(nameOf(wrong), trusted);
    case QSslError::UnableToGetIssuerCertificate:
    case QSslError::UnableToGetLocalIssuerCertificate:
    case QSslError::UnableToVerifyFirstCertificate:
    case QSslError::CertificateUntrusted:
        return ofUnknownAuthority(wrong);
    case QSslError::CertificateExpired:
        return RefusalText::tr("the certificate %1 expired on %2. The server needs a new one.")
            .arg(nameOf(wrong), dateOf(wrong.expiryDate()));
    case QSslError::CertificateNotYetValid:
        return RefusalText::tr(
                   "the certificate %1 is valid from %2 on. Look at the clock of this machine, and "
                   "at that of who made it.")
            .arg(nameOf(wrong), dateOf(wrong.effectiveDate()));
    case QSslError::HostNameMismatch:
        return RefusalText::
            tr("the server's certificate is for %1, not for \"%2\". Use that name in the URL, or "
               "say which is right: ssl_server_hostname.")
                .arg(hostsOf(wrong),
                     options.serverHostName.isEmpty() ? endpoint.host : options.serverHostName);
    case QSslError::InvalidPurpose:
        return RefusalText::tr(
                   "the server's certificate, %1, is not made for servers. It needs the purpose "
                   "serverAuth.")
            .arg(nameOf(wrong));
    case QSslError::NoPeerCertificate:
        return RefusalText::tr("the server showed no certificate.");
    default:
        return RefusalText::tr("the certificate %1 is not accepted: %2.")
            .arg(nameOf(wrong), error.errorString());
    }
}

// What is expired, or in between, is no authority for OpenSSL.
QString TlsRefusal::ofUnknownAuthority(const QSslCertificate &wrong) const
{
    for (const QSslCertificate &known : authorities) {
        if (known.subjectDisplayName() != wrong.issuerDisplayName())
            continue;
        return known.isSelfSigned()
            ? RefusalText::tr(
                  "the server's certificate, %1, comes from %2. The certificate of that name in %3 "
                  "(ssl_ca_certs), which is valid until %4, is another one, or has expired.")
                  .arg(nameOf(wrong), issuerOf(wrong), options.caFile, dateOf(known.expiryDate()))
            : RefusalText::tr(
                  "the server's certificate, %1, comes from %2, and that one in %3 (ssl_ca_certs) "
                  "from %4. Add the certificate of the authority that begins it.")
                  .arg(nameOf(wrong), issuerOf(wrong), options.caFile, issuerOf(known));
    }
    return RefusalText::
        tr("the server's certificate, %1, comes from %2, which %3 does not know. If it is right, "
           "name a file with the certificate of that authority: ssl_ca_certs. If only a "
           "certificate in between is missing, the server must send it.")
            .arg(nameOf(wrong), issuerOf(wrong),
                 options.caFile.isEmpty()
                     ? RefusalText::tr("this machine")
                     : RefusalText::tr("%1 (ssl_ca_certs)").arg(options.caFile));
}

// RFC 8446 §6.2; what servers of TLS 1.2 say for want of a client's certificate is less exact.
QString TlsRefusal::ofAlert(QSsl::AlertType type) const
{
    switch (type) {
    case QSsl::AlertType::CertificateRequired:
    case QSsl::AlertType::NoCertificate:
        return ofOwnCertificate(RefusalText::tr("it demands one"));
    case QSsl::AlertType::BadCertificate:
    case QSsl::AlertType::UnsupportedCertificate:
    case QSsl::AlertType::CertificateUnknown:
    case QSsl::AlertType::AccessDenied:
    case QSsl::AlertType::DecryptError:
        return ofOwnCertificate(RefusalText::tr("it does not accept it"));
    case QSsl::AlertType::CertificateRevoked:
        return ofOwnCertificate(RefusalText::tr("it was revoked"));
    case QSsl::AlertType::CertificateExpired:
        return ofOwnCertificate(RefusalText::tr("it has expired"));
    case QSsl::AlertType::UnknownCa:
        return ofOwnCertificate(RefusalText::tr("it does not know the authority that made it"));
    case QSsl::AlertType::HandshakeFailure:
        if (options.certificateFile.isEmpty()) {
            return RefusalText::tr(
                "the server ended the handshake. It demands a client certificate, which "
                "ssl_certfile "
                "and ssl_keyfile name, or has no cipher in common with us (ssl_ciphers).");
        }
        [[fallthrough]];
    case QSsl::AlertType::InsufficientSecurity:
        return RefusalText::tr(
            "the server ended the handshake: it has no cipher in common with us. Look at the "
            "ciphers of the server, and at ssl_ciphers.");
    case QSsl::AlertType::ProtocolVersion:
        return RefusalText::tr(
                   "the server has no version of TLS in common with us. It needs TLS %1 or later.")
            .arg(options.least == TlsOptions::Least::Tls13 ? QStringLiteral("1.3")
                                                           : QStringLiteral("1.2"));
    case QSsl::AlertType::UnrecognizedName:
        return RefusalText::tr(
                   "the server does not know the name \"%1\". ssl_server_hostname says another.")
            .arg(options.serverHostName.isEmpty() ? endpoint.host : options.serverHostName);
    default:
        return RefusalText::tr("the server ended TLS: %1.").arg(detail);
    }
}

QString TlsRefusal::ofOwnCertificate(const QString &why) const
{
    if (options.certificateFile.isEmpty()) {
        return RefusalText::tr(
            "the server demands a client certificate. Name the files of one that it accepts: "
            "ssl_certfile and ssl_keyfile.");
    }
    return RefusalText::
        tr("the server refused our certificate, %1: %2. Name one that it accepts: ssl_certfile.")
            .arg(options.certificateFile, why);
}

// Qt hands OpenSSL's reasons on as text.
QString TlsRefusal::ofDetail() const
{
    const auto says = [this](const char *words) { return detail.contains(QLatin1String(words)); };
    if (says("wrong version number") || says("packet length too long") || says("unknown protocol")
        || says("http request") || says("record layer failure") || says("unexpected message")) {
        return RefusalText::tr(
            "what answers there does not speak TLS. Is it the port for TLS, or does the "
            "URL want a scheme without it?");
    }
    if (says("unsupported protocol") || says("no protocols available"))
        return ofAlert(QSsl::AlertType::ProtocolVersion);
    if (says("no cipher match") || says("no ciphers available"))
        return ofAlert(QSsl::AlertType::InsufficientSecurity);
    return RefusalText::tr("the handshake failed: %1.").arg(detail);
}

} // namespace Qombu
