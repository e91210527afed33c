// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/requestpace.h"

namespace Qombu::Amqp {

Hub::Duration RequestPace::take(Hub::TimePoint now)
{
    constexpr Hub::Duration each = Hub::Duration(std::chrono::seconds(1)) / PerSecond;
    m_paid = std::max(m_paid, now - each * AtOnce);
    if (const Hub::Duration wait = m_paid + each - now; wait > Hub::Duration::zero())
        return wait;
    m_paid += each;
    return {};
}

} // namespace Qombu::Amqp
