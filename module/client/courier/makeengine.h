// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/courier.h"

#include <Qombu/brokerurl.h>
#include <Qombu/connectionoptions.h>

namespace Qombu {

// Defined by engine/, which the handles do not know otherwise.
std::shared_ptr<CommandRunner> makeEngine(const std::shared_ptr<Courier> &courier, Hub *hub,
                                          const BrokerUrl &url, const ConnectionOptions &options);

} // namespace Qombu
