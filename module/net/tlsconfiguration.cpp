// SPDX-License-Identifier: BSD-3-Clause
#include "net/tlsconfiguration.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfile.h>
#include <QtNetwork/qsslcertificate.h>
#include <QtNetwork/qsslkey.h>
#include <QtNetwork/qsslsocket.h>

namespace Qombu {
namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::TlsConfiguration)
};

constexpr qint64 LargestFile = 16 << 20;

// A file may be about to be replaced: it is looked at again, later and later.
Error badFile(const char *option, const QString &file, const QString &what)
{
    return Error(Error::Tls,
                 Text::tr("%1 \u2014 %2 %3")
                     .arg(file, what, Text::tr("(option %1)").arg(QLatin1String(option))))
        .withWhere(file)
        .withRecoverable(false);
}

Result<QByteArray> readFile(const char *option, const QString &name)
{
    QFile file(name);
    if (!file.open(QIODevice::ReadOnly))
        return badFile(option, name,
                       Text::tr("this file cannot be read: %1.").arg(file.errorString()));
    if (file.size() > LargestFile)
        return badFile(option, name, Text::tr("this file is too large to hold certificates."));
    return file.readAll();
}

Result<QList<QSslCertificate>> readCertificates(const char *option, const QString &name)
{
    const Result<QByteArray> bytes = readFile(option, name);
    if (!bytes)
        return bytes.error();
    const auto certificates = QSslCertificate::fromData(*bytes, QSsl::Pem);
    if (certificates.isEmpty()) {
        return badFile(option, name,
                       Text::tr("there is no certificate in this file. It needs one in PEM form, "
                                "which begins with -----BEGIN CERTIFICATE-----."));
    }
    return certificates;
}

QSslKey toKey(const QByteArray &bytes, const QByteArray &password)
{
    for (const auto algorithm : {QSsl::Ec, QSsl::Rsa, QSsl::Dsa}) {
        if (const QSslKey key(bytes, algorithm, QSsl::Pem, QSsl::PrivateKey, password);
            !key.isNull())
            return key;
    }
    return {};
}

Result<QSslKey> readKey(const TlsOptions &options)
{
    const bool isApart = !options.keyFile.isEmpty();
    const char *const option = isApart ? "ssl_keyfile" : "ssl_certfile";
    const QString name = isApart ? options.keyFile : options.certificateFile;
    const Result<QByteArray> bytes = readFile(option, name);
    if (!bytes)
        return bytes.error();
    const QSslKey key = toKey(*bytes, options.keyPassword.toUtf8());
    if (!key.isNull())
        return key;
    if (!bytes->contains("PRIVATE KEY-----")) {
        return badFile(option, name,
                       isApart
                           ? Text::tr("there is no private key in this file.")
                           : Text::tr("there is no private key beside the certificate. Name the "
                                      "file of the key: ssl_keyfile."));
    }
    if (!bytes->contains("ENCRYPTED")) {
        return badFile(option, name,
                       Text::tr("the private key in this file cannot be used. It must be of RSA or "
                                "of an elliptic curve, in PEM form."));
    }
    return badFile(option, name,
                   options.keyPassword.isEmpty()
                       ? Text::tr("the private key has a password. Give it: ssl_keyfile_password.")
                       : Text::tr("ssl_keyfile_password is not the password of this private key."));
}

// Both forms end in the same numbers; the private one of a curve may come without them.
bool belongTogether(const QSslCertificate &certificate, const QSslKey &key)
{
    const QSslKey publicKey = certificate.publicKey();
    const QByteArray wanted = publicKey.toDer();
    const QByteArray given = key.toDer();
    if (publicKey.algorithm() != key.algorithm())
        return false;
    if (given.size() < wanted.size())
        return true;
    return given.contains(wanted.last(std::min<qsizetype>(wanted.size(), publicKey.length() / 8)));
}

Error addOwnCertificate(QSslConfiguration &into, const TlsOptions &options)
{
    if (options.certificateFile.isEmpty()) {
        if (options.keyFile.isEmpty())
            return {};
        return Error(Error::Configuration,
                     Text::tr("ssl_keyfile names a private key, and nothing names its certificate. "
                              "Give it: ssl_certfile."))
            .withWhere(options.keyFile);
    }
    const auto chain = readCertificates("ssl_certfile", options.certificateFile);
    if (!chain)
        return chain.error();
    const Result<QSslKey> key = readKey(options);
    if (!key)
        return key.error();
    if (!belongTogether(chain->constFirst(), *key)) {
        return badFile(
            "ssl_certfile", options.certificateFile,
            Text::tr("the private key in %1 does not belong to the first certificate in this file.")
                .arg(options.keyFile.isEmpty() ? options.certificateFile : options.keyFile));
    }
    into.setLocalCertificateChain(*chain);
    into.setPrivateKey(*key);
    return {};
}

} // namespace

Result<QSslConfiguration> tlsConfiguration(const TlsOptions &options)
{
    if (!QSslSocket::supportsSsl()) {
        return Error(Error::Unsupported,
                     Text::tr(
                         "Qt cannot do TLS here: its plug-in for OpenSSL, in plugins/tls of Qt, or "
                         "OpenSSL itself is missing. Install them, or use a URL without TLS."))
            .withRecoverable(false);
    }
    QSslConfiguration result = QSslConfiguration::defaultConfiguration();
    result.setProtocol(options.least == TlsOptions::Least::Tls13 ? QSsl::TlsV1_3OrLater
                                                                 : QSsl::TlsV1_2OrLater);
    result.setPeerVerifyMode(options.verify == TlsOptions::Verify::None ? QSslSocket::VerifyNone
                                                                        : QSslSocket::VerifyPeer);
    result.setSslOption(QSsl::SslOptionDisableSessionPersistence, false);
    if (!options.caFile.isEmpty()) {
        const auto authorities = readCertificates("ssl_ca_certs", options.caFile);
        if (!authorities)
            return authorities.error();
        result.setCaCertificates(*authorities);
    }
    if (!options.ciphers.isEmpty())
        result.setBackendConfigurationOption("CipherString", options.ciphers.toUtf8());
    if (const Error error = addOwnCertificate(result, options); error.isError())
        return error;
    return result;
}

Error checkTls(const TlsOptions &options)
{
    return options.enabled ? tlsConfiguration(options).error() : Error();
}

QString insecureText(const TlsOptions &options)
{
    if (!options.isInsecure())
        return {};
    if (options.verify == TlsOptions::Verify::None) {
        return Text::tr(
            "This connection is not safe: the certificate of the server is not verified "
            "(ssl_cert_reqs=none), so anybody in between can read and change what is sent.");
    }
    return Text::tr(
        "This connection is not safe: any server with a trusted certificate can pose as the "
        "broker (ssl_check_hostname=false), and read and change what is sent.");
}

} // namespace Qombu
