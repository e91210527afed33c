// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/link.h"

#include <Qombu/brokerurl.h>
#include <Qombu/connectionoptions.h>

namespace Qombu {

using AnswerCredentials = std::function<void(const Credentials &)>;

// What a link is made of. Hub, listener and numbers outlive it.
struct LinkSetup
{
    Hub *hub = nullptr;
    BrokerUrl url;
    ConnectionOptions options;
    LinkListener *listener = nullptr;
    DeliveryNumbers *numbers = nullptr;
    // For a link that logs in more than once: asks who it is now; the answer may come later, or
    // never. Null: url tells.
    std::function<void(const AnswerCredentials &)> askCredentials = nullptr;
};

// The part of a transport that one Connection has: makes its links, and keeps what must survive
// them (such as which deliveries the last link held, so that the next one gives them back). Hub's
// thread.
class Transport
{
public:
    virtual ~Transport();
    // Error::Configuration names the part of URL or options that is wrong, before anything is
    // opened.
    virtual Error check(const BrokerUrl &url, const ConnectionOptions &options) const = 0;
    // setup.url has passed check().
    virtual std::unique_ptr<Link> createLink(const LinkSetup &setup) = 0;
    // Settlements that its links have taken and the broker has not confirmed, and that the next
    // link repeats.
    virtual qint64 openSettlements() const { return 0; }
    // With Capability::HeldOutlivesLink: deliveries that are held and not settled.
    virtual qint64 held() const { return 0; }
    // Nobody can settle them any more, and there is no link: the next one gives them back.
    virtual void abandonHeld() {}
};

} // namespace Qombu
