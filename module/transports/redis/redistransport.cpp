// SPDX-License-Identifier: BSD-3-Clause
#include "transport/transportregistry.h"

#include <QCoreApplication>

namespace Qombu::Builtin {

TransportInfo redis()
{
    TransportInfo info;
    info.name = QStringLiteral("redis");
    info.schemes = {QStringLiteral("redis"), QStringLiteral("rediss"), QStringLiteral("sentinel")};
    info.unavailableBecause =
        QCoreApplication::translate("RedisTransport", "its link is not part of this build");
    return info;
}

} // namespace Qombu::Builtin
