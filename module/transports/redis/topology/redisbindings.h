// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisclient.h"
#include "transports/redis/redisoptions.h"
#include "virtual/routing/topicpattern.h"

#include <Qombu/binding.h>

#include <QHash>

#include <optional>
#include <vector>

namespace Qombu::Redis {

// One member of a binding set: routing key S pattern S queue.
struct StoredBinding
{
    QString routingKey;
    QString pattern; // empty unless a topic exchange stored it
    QString queue;

    QByteArray member(const QByteArray &separator) const;
    // Nothing for a member that does not split into exactly three parts.
    static std::optional<StoredBinding> read(const QByteArray &member, const QByteArray &separator);
};

// The members that stand for a binding: the one to write first, then the other text that a program
// may have written for the same wish. Error::Configuration if it cannot be stored.
Result<std::vector<QByteArray>> membersOf(const Binding &binding, const RedisOptions &options);

// The type of exchanges that every Celery installation has; nothing for other names.
std::optional<ExchangeType> wellKnownType(const QString &exchange);

// The binding set of one exchange as it was read once, and the routes that follow from it. A value;
// it remembers the routes of recent keys.
class BindingTable
{
public:
    BindingTable() = default;
    BindingTable(const std::vector<QByteArray> &members, const RedisOptions &options);

    // Says whether a set has these very members: "<count>:<16 hexadecimal digits>", in no order,
    // because Lua sorts by the locale of the server. The publish script computes the same.
    const QByteArray &fingerprint() const { return m_fingerprint; }

    const QStringList &queues() const { return m_queues; }
    // Which of queues() take a message of this key; each once. Valid until the next call.
    const std::vector<int> &routes(const QString &routingKey, ExchangeType type) const;
    ExchangeType inferredType() const; // topic if a pattern is stored, else direct

    const std::vector<StoredBinding> &bindings() const { return m_bindings; }
    int unreadable() const { return m_unreadable; } // members skipped, or patterns not understood

private:
    struct Row
    {
        int queue = 0;
        std::optional<Topic::KombuPattern> pattern;
    };
    bool takes(std::size_t row, const QString &routingKey, ExchangeType type) const;

    std::vector<StoredBinding> m_bindings;
    std::vector<Row> m_rows; // beside m_bindings
    QStringList m_queues;
    QByteArray m_fingerprint;
    int m_unreadable = 0;
    bool m_amqp = false;
    mutable QHash<QString, std::vector<int>> m_recent[2]; // routes by key: direct, topic
};

using BindingTables = QHash<QString, BindingTable>; // by exchange

// Asks for those of these exchanges, each once; what cannot be read has no bindings.
void readBindings(CommandSender &sender, const RedisOptions &options, QStringList exchanges,
                  std::function<void(BindingTables)> done);

} // namespace Qombu::Redis
