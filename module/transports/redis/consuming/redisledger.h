// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "virtual/store.h"

#include <Qombu/hub.h>

#include <map>
#include <mutex>

namespace Qombu::Redis {

// Remembers what one Connection has taken from Redis and not settled yet, by delivery tag
// "<id>.<number>", numbers rising. It outlives links: the next one gives back, or settles, what the
// last one could not. Thread-safe, because leases are renewed by another thread.
class RedisLedger
{
public:
    explicit RedisLedger(const QByteArray &id);

    struct Held
    {
        QString queue;
        QByteArray bytes; // the envelope
        Hub::TimePoint since;
        std::optional<StoreSettle> said; // settled, and not confirmed by the server yet
    };

    const QByteArray &prefix() const { return m_prefix; } // of every tag
    QByteArray tag(qint64 number) const;

    // A claim of at most count messages is to be sent; the number of the first.
    qint64 expect(int count);
    // Its answer is there: these are held from now on. Without any: nothing was taken.
    void arrived(qint64 first, std::vector<Held> &&taken);

    std::optional<Held> find(const QByteArray &tag) const;
    void say(const StoreSettle &settlement); // it is on its way
    void remove(const QByteArray &tag);

    // Tags held since before then, that nothing has been said about.
    std::vector<QByteArray> heldSince(Hub::TimePoint then) const;
    bool isEmpty() const;

    // Everything that may be registered in our name on the server, in the order of claiming: what
    // is held, and what claims without an answer may have taken (said is empty there).
    struct Doubt
    {
        QByteArray tag;
        std::optional<StoreSettle> said;
    };
    std::vector<Doubt> inDoubt() const;
    void adopt(const QByteArray &tag, Held &&held); // found on the server
    void expectNothing(); // what claims without an answer took is known now

private:
    std::optional<qint64> number(const QByteArray &tag) const;

    const QByteArray m_prefix;
    mutable std::mutex m_mutex;
    qint64 m_next = 1;
    std::map<qint64, Held> m_held;
    std::map<qint64, int> m_expected; // first number → how many at most
};

} // namespace Qombu::Redis
