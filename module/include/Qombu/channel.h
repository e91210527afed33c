// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/connection.h>
#include <Qombu/message.h>
#include <Qombu/queue.h>
#include <Qombu/removeoptions.h>

#include <optional>

namespace Qombu {

// Declares, binds, purges and removes, and fetches single messages: one request, one answer each.
// Survives reconnects; what was declared through it is declared again.
class QOMBU_EXPORT Channel : public QObject
{
    Q_OBJECT
public:
    explicit Channel(Connection *connection);
    ~Channel() override;

    Connection *connection() const;

    Pending<void> declare(const Exchange &exchange);
    Pending<QueueInfo> declare(const Queue &queue); // its exchanges and bindings too
    Pending<void> bind(const Binding &binding);
    Pending<void> unbind(const Binding &binding);
    Pending<QueueInfo> inspect(const QString &queue); // passive declare: Error::NotFound
    Pending<qint64> purge(const QString &queue); // messages removed
    // With its bindings; messages removed. It stays removed: nothing of this connection wants it
    // any more.
    Pending<qint64> remove(const Queue &queue, const RemoveOptions &options = {});
    Pending<void> remove(const Exchange &exchange, const RemoveOptions &options = {});

    // The next message, or none if there is none now.
    Pending<std::optional<Message>> get(const QString &queue, AckMode mode = AckMode::Manual);

private:
    std::unique_ptr<class Asker> d;
};

} // namespace Qombu
