// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qloggingcategory.h>

// One category a layer. Debug messages tell of traffic: sizes and names, never bodies, never
// passwords. Warnings tell what an operator must know.
namespace Qombu {

Q_DECLARE_LOGGING_CATEGORY(lcHub)
Q_DECLARE_LOGGING_CATEGORY(lcNet)
Q_DECLARE_LOGGING_CATEGORY(lcRedis)
Q_DECLARE_LOGGING_CATEGORY(lcMemory)
Q_DECLARE_LOGGING_CATEGORY(lcVirtual)
Q_DECLARE_LOGGING_CATEGORY(lcClient)

} // namespace Qombu
