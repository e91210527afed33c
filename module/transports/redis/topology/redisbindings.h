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

    // Of the set, also those that cannot be read; none where there are too many to name them all
    // each time. A set has not changed if it has these and count() members.
    const std::vector<QByteArray> &fewMembers() const { return m_fewMembers; }
    qint64 count() const { return m_count; }

    const QStringList &queues() const { return m_queues; }
    // Which of queues() take a message of this key; each once. Valid until the next call.
    const std::vector<int> &routes(const QString &routingKey, ExchangeType type) const
    {
        return match(routingKey, type).queues;
    }
    // Which of bindings() make it so. Valid until the next call.
    const std::vector<int> &matches(const QString &routingKey, ExchangeType type) const
    {
        return match(routingKey, type).rows;
    }
    const QByteArray &member(int binding) const { return m_rows[std::size_t(binding)].member; }
    ExchangeType inferredType() const; // topic if a pattern is stored, else direct

    const std::vector<StoredBinding> &bindings() const { return m_bindings; }
    int unreadable() const { return m_unreadable; } // members skipped, or patterns not understood

private:
    struct Row
    {
        QByteArray member;
        int queue = 0;
        std::optional<Topic::KombuPattern> pattern;
    };
    struct Match
    {
        std::vector<int> queues;
        std::vector<int> rows;
    };
    const Match &match(const QString &routingKey, ExchangeType type) const;
    std::vector<int> rowsFor(const QString &routingKey, ExchangeType type) const;
    bool takes(std::size_t row, const QString &routingKey) const;

    std::vector<StoredBinding> m_bindings;
    std::vector<Row> m_rows; // beside m_bindings
    QStringList m_queues;
    QHash<QString, std::vector<int>> m_rowsOfKey; // of a direct exchange
    std::vector<QByteArray> m_fewMembers;
    qint64 m_count = 0;
    int m_unreadable = 0;
    bool m_amqp = false;
    mutable QHash<QString, Match> m_recent[2]; // by key: direct, topic
};

using BindingTables = QHash<QString, BindingTable>; // by exchange

// Asks for the members of the set of one exchange, a page at a time; done gets them sorted, or an
// Error where there are more than anybody can want.
void readMembers(CommandSender &sender, const RedisOptions &options, const QString &exchange,
                 std::function<void(Result<std::vector<QByteArray>>)> done);

// Asks for those of these exchanges, each once; what cannot be read has no bindings.
void readBindings(CommandSender &sender, const RedisOptions &options, QStringList exchanges,
                  std::function<void(BindingTables)> done);

} // namespace Qombu::Redis
