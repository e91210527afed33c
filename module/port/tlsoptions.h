// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QString>

namespace Qombu {

// How a link is to be encrypted, by Kombu's options. A plain value.
struct TlsOptions
{
    enum class Verify { Required, Optional, None };

    bool enabled = false;
    Verify verify = Verify::Required;
    bool checkHostName = true;
    QString caFile;
    QString certificateFile;
    QString keyFile;
};

} // namespace Qombu
