// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "verb.h"

// Shows what was quarantined, puts it back or drops it; returns what consumers hold.
std::vector<std::unique_ptr<Verb>> recoveryVerbs();
