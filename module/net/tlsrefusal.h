// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/tlsoptions_p.h"
#include "net/endpoint.h"

#include <Qombu/error.h>

#include <QtNetwork/qsslcertificate.h>
#include <QtNetwork/qsslerror.h>

#include <optional>

namespace Qombu {

// Why TLS did not come about, or ended: what Qt, OpenSSL and the server said of it. A plain value
// that finds the sentence for a person: which it is and what to do.
struct TlsRefusal
{
    Endpoint endpoint;
    TlsOptions options;
    QList<QSslError> errors; // of the server's certificates
    QSslCertificate certificate; // the server's
    QList<QSslCertificate> authorities; // of ssl_ca_certs
    std::optional<QSsl::AlertType> alert; // with which the server ended it
    bool isOurConfiguration = false; // our own options could not be followed
    QString detail; // in OpenSSL's words

    // Error::Tls, or Error::Configuration where an option is wrong.
    Error toError() const;
    // The alert that OpenSSL's words tell of, where Qt hands on nothing else.
    static std::optional<QSsl::AlertType> alertIn(const QString &detail);
    bool isAboutOurCertificate() const; // ours, which the server judges

private:
    QString ofCertificate() const;
    QString sentence(const QSslError &error) const;
    QString ofUnknownAuthority(const QSslCertificate &certificate) const;
    QString ofAlert(QSsl::AlertType type) const;
    QString ofOwnCertificate(const QString &why) const;
    QString ofDetail() const;
};

} // namespace Qombu
