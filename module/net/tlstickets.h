// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/tlsoptions_p.h"
#include "net/endpoint.h"

#include <QtCore/qbytearray.h>

#include <mutex>
#include <vector>

namespace Qombu {

// What servers gave out to resume a session with, so that the next handshake with them is short.
// Only for the very same options: who resumes is not asked for a certificate again. Any thread.
class TlsTickets
{
public:
    // Empty: none.
    QByteArray find(const Endpoint &endpoint, const TlsOptions &options) const;
    // Replaces the one before; an empty one forgets it.
    void keep(const Endpoint &endpoint, const TlsOptions &options, const QByteArray &ticket);

private:
    static constexpr size_t MostEndpoints = 16;
    struct Entry
    {
        Endpoint endpoint;
        TlsOptions options;
        QByteArray ticket;
    };

    mutable std::mutex m_mutex;
    std::vector<Entry> m_entries; // the newest last
};

} // namespace Qombu
