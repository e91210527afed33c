// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"
#include "transports/redis/rediscontext.h"
#include "transports/redis/topology/wantedbindings.h"

#include <QSet>

namespace Qombu::Redis {

// Writes members into the binding set of an exchange, in the way that Kombu since 5.7 does not
// sweep away: done gets how many were missing.
void writeBindings(const RedisContext &context, const QString &exchange,
                   const std::vector<WantedBinding> &bindings, Done<qint64> done);

// Sees to it that the bindings which a link wants stay there, whoever deletes them: it looks when
// the server tells of a change, and now and then. Owned by RedisLink; Hub's thread.
class BindingKeeper
{
public:
    explicit BindingKeeper(const RedisContext &context)
        : m_context(context)
    {
    }

    void start();
    void stop();
    void changed(const QString &exchange); // its set did
    void allChanged();

private:
    void look();
    void write(const QString &exchange);

    const RedisContext m_context;
    QSet<QString> m_changed; // to be looked at soon
    HubHandle m_soonTimer;
    HubHandle m_timer;
    bool m_isSoon = false;
    bool m_isRunning = false;
    const std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace Qombu::Redis
