// SPDX-License-Identifier: BSD-3-Clause
#include "virtual/store.h"

namespace Qombu {

StoreListener::~StoreListener() = default;
Store::~Store() = default;

void Store::declareExchange(const Exchange &exchange, Done<void> done)
{
    Q_UNUSED(exchange)
    done({});
}

} // namespace Qombu
