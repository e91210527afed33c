// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "verb.h"

// Shows what is at a broker and who uses it.
std::vector<std::unique_ptr<Verb>> listVerbs();
