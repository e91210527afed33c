// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/method.h"

#include <optional>

namespace Qombu::Amqp {

// Finds the delivery limit of a quorum queue by declarations that RabbitMQ never carries out: it
// refuses them while the queue is there because they differ from it, naming the first argument that
// does, and when it is gone because no quorum queue may have such arguments. Plain class.
class LimitQuestion
{
public:
    explicit LimitQuestion(const QString &queue);

    DeclareQueue declaration() const;
    // True: then ask again. False: what there is to be known is known.
    bool learn(const QString &refusal);

    bool isKnown() const { return m_isKnown; }
    std::optional<qint64> limit() const { return m_limit; } // none: none was declared

private:
    const QString m_queue;
    QVariantMap m_arguments;
    bool m_isKnown = false;
    std::optional<qint64> m_limit;
};

} // namespace Qombu::Amqp
