// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/tlsoptions_p.h"

#include <Qombu/result.h>

#include <QtNetwork/qsslconfiguration.h>

namespace Qombu {

// What Qt needs for a handshake by these options. Reads the files that they name; an error says
// which is wrong and what to do.
Result<QSslConfiguration> tlsConfiguration(const TlsOptions &options);

// Whether these options can be followed; no error where they ask for no TLS.
Error checkTls(const TlsOptions &options);

// For a log and a person: why the link is not safe. Empty if it is.
QString insecureText(const TlsOptions &options);

} // namespace Qombu
