// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/handles/connectionprivate.h"

#include <Qombu/producer.h>

#include <QtCore/qset.h>

namespace Qombu {

// What a Producer keeps: where it publishes, and its defaults. Handle's thread.
class ProducerPrivate
{
public:
    ProducerPrivate(Producer *producer, Connection *connection);
    ~ProducerPrivate();

    ConnectionPrivate *owner() const { return ConnectionPrivate::get(connection); }
    Pending<void> publish(const Message *message, const QVariant &body,
                          const PublishOptions &options);

    Producer *const q;
    const QPointer<Connection> connection;
    quint64 id = 0;
    Exchange exchange;
    QString routingKey;
    std::optional<Queue> queue; // with bindings: declared before the first publish
    PublishOptions defaults;

private:
    PublishRequest request(const PublishOptions &options, MessageContent &content);
    bool mustDeclare(const Queue &wish) const;
    void wishFor(const PublishOptions &options);

    bool m_hasWished = false;
    QSet<QString> m_wished; // names of other exchanges; what was removed since is not wished again
};

} // namespace Qombu
