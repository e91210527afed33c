// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"

namespace Qombu {

// The verbs behind Definitions. Hub's thread; the Link owns it.
class LinkDefinitions
{
public:
    virtual ~LinkDefinitions();
    virtual void exportAll(Done<QByteArray> done) = 0;
    virtual void importAll(const QByteArray &json, Done<void> done) = 0;
};

} // namespace Qombu
