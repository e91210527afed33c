// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/hub.h>

namespace Qombu::Amqp {

// How fast a server may be asked: so many at once after a rest, then so many a second. Plain class.
class RequestPace
{
public:
    static constexpr int PerSecond = 20;
    static constexpr int AtOnce = 20;

    // How long the next request has to wait; 0: not at all, and it is counted as made.
    Hub::Duration take(Hub::TimePoint now);

private:
    // Up to here the requests made so far are paid for.
    Hub::TimePoint m_paid = Hub::TimePoint::min();
};

} // namespace Qombu::Amqp
