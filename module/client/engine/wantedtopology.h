// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"

#include <Qombu/hub.h>
#include <Qombu/queue.h>

#include <QtCore/qhash.h>
#include <QtCore/qset.h>

#include <functional>
#include <limits>
#include <map>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace Qombu {

// One exchange, queue or binding that is wanted, and how far it is on the link of now.
struct Wanted
{
    enum Progress { Unknown, Asked, Declared, Refused };

    QString id;
    std::variant<Exchange, Queue, Binding> wish;
    QString queue; // of a queue its key, of a binding that of the queue it leads to
    QString name; // of a queue, now; empty: the broker has not given it one yet

    bool isKept = false; // by a channel or a producer, as long as the Connection lives
    bool isProducers = false; // publishes wait for it
    bool isAlone = false; // only delayed ones, which are lost if it is not there when they are due
    std::set<quint64> consumers; // that want it, too

    Progress progress = Unknown;
    quint64 question = 0; // the one under way: answers to older ones do not count
    Error refusal;
    bool isRefusalNew = false; // no consumer has heard of it
    bool isForeign = false; // declared by somebody else, maybe otherwise: used as it is
    bool wasOurs = false; // declared by us, on this link or an earlier one
    bool isRebuilt = false; // asked since the link came, and not granted: the Connection tells
    Error told; // of what it told last
    Hub::TimePoint askedAt = {};
    std::vector<std::pair<quint64, Done<void>>> waiting; // consumers

    bool isRefusedForNow() const { return progress == Refused && refusal.isRecoverable(); }
    bool isAskedAfter(quint64 other) const { return progress == Asked && question > other; }
};

// What a Connection wants to be there on every link: what was declared through it, or is named by
// its producers and consumers, and was not removed since. Plain class; the Topology owns it.
class WantedTopology
{
public:
    // Exchanges, then queues, then bindings; each in the order of wishing.
    using Entities = std::map<std::pair<size_t, quint64>, Wanted>;
    Entities &entities() { return m_entities; }
    const Entities &entities() const { return m_entities; }
    Wanted *find(const QString &id);
    const Wanted *find(const QString &id) const;

    // Not passive ones, nor the broker's own.
    static bool isDeclarable(const Exchange &exchange);

    // Null for what is never declared.
    Wanted *add(const Exchange &exchange);
    Wanted *add(const Queue &queue);
    Wanted *add(const Binding &binding, const QString &queueKey);

    // And bindings of it; but not what was asked for after that question.
    void forgetExchange(const QString &name, quint64 last = std::numeric_limits<quint64>::max());
    void forgetQueue(const QString &key); // and its bindings
    void forgetBinding(const Binding &binding);
    void forgetAlone(); // what only delayed publishes want
    // It needs nothing any more but these; what nobody else wants goes with it. cancelled: it has
    // left its queues, and with the last consumer an auto-delete queue is gone.
    void forgetConsumer(quint64 consumer, bool cancelled, const QList<Queue> &stays = {});
    // Bindings that went since it was asked last; to the names that their queues had.
    QList<Binding> takeForgotten() { return std::exchange(m_forgotten, {}); }
    QList<Queue> takeForgottenNameless() { return std::exchange(m_forgottenNameless, {}); }

    // A queue without a name has a key of its own, under which it stays the same on every link.
    QString keyOf(const Queue &queue) const;
    static QString keyOf(quint64 token) { return QStringLiteral("\n%1").arg(token); }
    QString keyOf(const QString &queueName) const;
    QString nameOf(const QString &key) const; // empty: it has none now
    void setName(Wanted &queue, const QString &name);
    QList<Binding> bindingsOf(const QString &key) const;
    static QList<Binding> bindingsOf(const Queue &queue); // that can be made
    Binding resolved(Binding binding, const QString &queueKey) const; // to the name of now

    static QString idOf(const Exchange &exchange);
    static QString idOf(const Binding &binding, const QString &queueKey);
    static QString queueId(const QString &key) { return QLatin1Char('q') + key; }

private:
    QSet<QString> idsOf(const QList<Queue> &queues) const;
    Wanted *add(const QString &id, std::variant<Exchange, Queue, Binding> wish);
    void forgetIf(const std::function<bool(const Wanted &)> &condition);

    Entities m_entities;
    QHash<QString, std::pair<size_t, quint64>> m_places; // by id
    QHash<QString, QString> m_given; // names that queues without a name have now → their keys
    QList<Binding> m_forgotten;
    QList<Queue> m_forgottenNameless;
    quint64 m_lastPlace = 0;
};

} // namespace Qombu
