// SPDX-License-Identifier: BSD-3-Clause
#include "net/tlstickets.h"

namespace Qombu {

QByteArray TlsTickets::find(const Endpoint &endpoint, const TlsOptions &options) const
{
    const std::lock_guard lock(m_mutex);
    for (const Entry &entry : m_entries) {
        if (entry.endpoint == endpoint && entry.options == options)
            return entry.ticket;
    }
    return {};
}

void TlsTickets::keep(const Endpoint &endpoint, const TlsOptions &options, const QByteArray &ticket)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_entries, [&](const Entry &entry) {
        return entry.endpoint == endpoint && entry.options == options;
    });
    if (ticket.isEmpty())
        return;
    if (m_entries.size() == MostEndpoints)
        m_entries.erase(m_entries.begin());
    m_entries.push_back({endpoint, options, ticket});
}

} // namespace Qombu
