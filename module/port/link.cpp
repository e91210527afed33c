// SPDX-License-Identifier: BSD-3-Clause
#include "port/link.h"

namespace Qombu {

LinkChannelListener::~LinkChannelListener() = default;
LinkChannel::~LinkChannel() = default;
LinkListener::~LinkListener() = default;
LinkBrowser::~LinkBrowser() = default;
Link::~Link() = default;
Transport::~Transport() = default;

void LinkChannel::putBack(std::vector<IncomingMessage> &&) { }

} // namespace Qombu
