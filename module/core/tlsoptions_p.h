// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qstring.h>

namespace Qombu {

// How a link is to be encrypted, as URL and options say it. A plain value.
struct TlsOptions
{
    enum class Verify { Required, Optional, None }; // of a server, optional is required
    enum class Least { Tls12, Tls13 };

    bool enabled = false;
    Verify verify = Verify::Required;
    bool checkHostName = true;
    Least least = Least::Tls12;
    QString caFile; // empty: what this machine trusts
    QString certificateFile; // empty: we show none
    QString keyFile; // empty: the key is in certificateFile
    QString keyPassword;
    QString serverHostName; // whose certificate it must be; empty: the host of the URL
    QString ciphers; // of TLS 1.2, as OpenSSL writes them; empty: the usual ones

    // Anybody in between can read and change what is sent.
    bool isInsecure() const { return enabled && (verify == Verify::None || !checkHostName); }

    friend bool operator==(const TlsOptions &, const TlsOptions &) = default;
};

} // namespace Qombu
