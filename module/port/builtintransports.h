// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/transportregistry.h"

namespace Qombu::Builtin {

// The rows of this build; the definition is generated (QombuTransport.cmake), so that port/
// does not know any transport.
std::vector<TransportInfo> transports();

} // namespace Qombu::Builtin
