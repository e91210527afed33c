// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "virtual/queueing/holdings.h"

#include <Qombu/hub.h>
#include <Qombu/message.h>

#include <QByteArray>

#include <map>
#include <mutex>

namespace Qombu::Redis {

// One delivery that is held. A value.
struct LedgerRecord
{
    QString queue;
    QByteArray bytes; // the envelope
    Hub::TimePoint since = {};
    std::optional<Settlement> said = {}; // settled, and not confirmed by the server yet
    QString deadLetterQueue = {}; // where a rejected one goes
    bool isRefused = false; // the server refuses what was said
};

// Remembers what one Connection has taken from Redis and not settled yet, and how much room that
// leaves every consumer. A delivery's number is also its tag on the server, "<id>.<number>". It
// outlives links: the next one gives back, or settles, what the last one could not. Written in the
// engine's thread only; the thread that renews leases reads.
class RedisLedger : private Holdings<LedgerRecord> // guarded against the other thread
{
public:
    using Record = LedgerRecord;
    explicit RedisLedger(const QByteArray &id);

    using Holdings::addConsumer;
    using Holdings::consumerOf;
    using Holdings::removeConsumer;
    using Holdings::room;
    using Holdings::setPaused;
    using Holdings::setWindow;
    using Holdings::size; // held, or settled and not confirmed

    const QByteArray &prefix() const { return m_prefix; } // of every tag
    QByteArray tag(quint64 number) const; // any thread
    // It is held in our name, or may be: nobody else may take it.
    bool isOurs(const QByteArray &tag);

    // A claim of at most count messages is to be sent, of which the first gets this number.
    void expect(quint64 first, int count);
    bool expects(quint64 first) const { return m_expected.count(first) > 0; }
    // Its answer is there: these are held from now on. Without any: nothing was taken.
    void arrived(quint64 first, quint64 consumer, std::vector<Record> &&taken);

    // Null: not held. Valid until it is changed.
    Record *find(quint64 number) { return record(number); }
    // It is on its way, and fills no window any more; null if it was said already or is not held.
    // deadLetterQueue: not the one that its queue had when it came.
    const Record *say(quint64 number, Settlement settlement, const QString &deadLetterQueue = {});
    void remove(const std::vector<quint64> &numbers);
    // The server refuses what was said of it: kept, to be said again, unless too many are. Others
    // may give it back meanwhile.
    bool keepRefused(quint64 number);
    std::size_t refusedCount() const { return m_refusedCount; }
    // Those with higher numbers than this one, the lowest first.
    std::vector<quint64> refused(quint64 above, std::size_t most) const;

    qint64 said() const; // how many are settled and not confirmed
    // Those that nothing has been said about, the lowest number first.
    std::vector<quint64> unsaid() const;
    // The same, held since before then; any thread.
    std::vector<quint64> heldSince(Hub::TimePoint then) const;
    bool isEmpty() const { return Holdings::isEmpty() && m_expected.empty(); }

    // Every number that may be registered in our name on the server, in the order of claiming: what
    // is held, and what claims without an answer may have taken.
    std::vector<quint64> inDoubt() const;
    void adopt(quint64 number, Record &&record); // found on the server
    void expectNothing(); // what claims without an answer took is known now

private:
    const QByteArray m_prefix;
    mutable std::mutex m_mutex;
    std::map<quint64, int> m_expected; // first number → how many at most
    std::size_t m_refusedCount = 0;
    qint64 m_refusedBytes = 0;
};

} // namespace Qombu::Redis
