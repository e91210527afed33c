// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/transport.h"

#include <Qombu/capabilities.h>

namespace Qombu {

// One row of the table of transports.
struct TransportInfo
{
    QString name; // "redis"
    QStringList schemes; // {"redis", "rediss"}
    Capabilities capabilities;
    // Of a transport that this build lacks: the CMake option that decides, and the library that was
    // not found, if that was why.
    QString missingOption;
    QString missingLibrary;
    std::function<std::unique_ptr<Transport>()> create;
};

// The transports of this program, by URL scheme: those of the build, and added ones. Thread-safe.
class TransportRegistry
{
public:
    static std::vector<TransportInfo> all();
    // Error::Configuration for an unknown scheme suggests the closest known one.
    static Result<TransportInfo> find(const QString &scheme);
    // Comes before the others: the same name replaces the row of the build. For tests.
    static void add(const TransportInfo &info);
};

} // namespace Qombu
