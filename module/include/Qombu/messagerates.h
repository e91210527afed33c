// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/global.h>

#include <QtCore/qdatetime.h>

#include <chrono>

namespace Qombu {

// Messages a second, as a broker has counted them. A plain value; -1: not known.
struct QOMBU_EXPORT MessageRates
{
    double published = -1;
    double delivered = -1; // to consumers and to who fetched them
    double acknowledged = -1;
    double redelivered = -1; // of those delivered
    QDateTime sampledAt = {}; // the end of the time that was counted; invalid: not known
    std::chrono::milliseconds over{0}; // how long that time was; 0: not known

    bool isKnown() const { return published >= 0 || delivered >= 0 || acknowledged >= 0; }
    friend bool operator==(const MessageRates &, const MessageRates &) = default;
};

} // namespace Qombu
