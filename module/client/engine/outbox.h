// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/commands.h"
#include "port/messages.h"

#include <Qombu/hub.h>

#include <queue>

#include <deque>
#include <limits>
#include <map>
#include <optional>

namespace Qombu {

// The publishes that are not settled, in order, with their deadlines. Numbers are consecutive, so
// that a number is an index; most deadlines rise with the numbers, the others are kept in a heap.
// How much it holds is bounded where publishes are made (PublishLedger). Plain class; the Publisher
// owns it.
class Outbox
{
public:
    bool isEmpty() const { return m_live == 0; }
    int size() const { return m_live; }
    bool hasUnsent() const { return m_unsent > 0; }

    void add(PublishRequest &&request, Hub::TimePoint now);
    // From now on each that is sent without a message_id gets one, which begins so; empty: none
    // does.
    void nameMessages(const QString &prefix) { m_prefix = prefix; }
    quint64 firstOpen() const; // all below it have ended
    quint64 end() const { return m_first + m_entries.size(); } // the number of the next
    const PublishRequest &request(quint64 id) { return *find(id)->request; } // it has not ended
    int underWay() const { return m_live - m_unsent; } // sent and not settled
    qint64 bytesUnderWay() const { return m_sentBytes; }
    // Those that expired under way: nobody waits for them, but the channel has them until their
    // answer comes, and they take its room.
    int expired() const { return int(m_expired.size()); }
    qint64 expiredBytes() const { return m_expiredBytes; }

    // Those that were not sent yet, or must be sent again, in order and as far as they fit; they
    // count as sent. One alone may be larger than the bytes. Those that must wait are left out.
    using MustWait = std::function<bool(const PublishRequest &)>;
    std::vector<OutgoingMessage> takeUnsent(int messages, qint64 bytes,
                                            const MustWait &mustWait = {});
    // mayBeThere: it was not refused, only its answer is missing.
    void sendAgain(quint64 id, bool mayBeThere = false);
    // The oldest under way of which that is true.
    std::optional<quint64> firstUnderWay(
        const std::function<bool(const PublishRequest &)> &condition);
    // They were given to a channel that is gone.
    struct Gone
    {
        std::vector<quint64> unsent = {}; // went no further
        quint64 refused = std::numeric_limits<quint64>::max(); // what came behind was not looked at
        bool isLoss = true; // it was not closed over one of them
    };
    std::vector<quint64> sendAllAgain(const Gone &gone); // the numbers of all

    bool mayBeThere(quint64 id) { return find(id)->again; } // of one to be sent again

    struct Removed
    {
        PublishRequest request;
        bool isSent = false;
        bool again = false; // a channel that is gone sent it
        bool wasLost = false; // with one of those that were not closed over one of them
        bool mayBeThere() const { return isSent || again; }
    };
    // Hands it to ended; false: it has ended before.
    template<typename Ended>
    bool remove(quint64 id, const Ended &ended)
    {
        Entry *entry = find(id);
        if (!entry) {
            expiredAnswered(id);
            return false;
        }
        ended(take(*entry));
        dropSettled();
        return true;
    }
    // Of those with this number or a later one.
    std::vector<Removed> removeIf(const std::function<bool(const PublishRequest &)> &condition,
                                  quint64 from = 0);
    std::vector<Removed> removeExpired(Hub::TimePoint now);
    std::optional<Hub::TimePoint> nextDeadline();

private:
    struct Entry
    {
        std::optional<PublishRequest> request; // none: settled
        Hub::TimePoint deadline;
        bool isSent = false;
        bool again = false; // as in Removed
        bool wasLost = false;
        bool isEarly = false; // its deadline is in m_early
    };
    using Early = std::pair<Hub::TimePoint, quint64>;

    Entry *find(quint64 id);
    void uncount(const Entry &entry);
    Removed take(Entry &entry);
    void unsend(Entry &entry);
    void dropSettled();
    std::optional<quint64> firstInOrder();
    Removed expire(quint64 id);
    void expiredAnswered(quint64 id);
    void name(PublishRequest &request) const;

    QString m_prefix; // of the message_ids that are given

    std::deque<Entry> m_entries;
    quint64 m_first = 0; // number of the front
    quint64 m_firstUnsent = 0; // none below it is unsent
    int m_live = 0;
    int m_unsent = 0;
    qint64 m_sentBytes = 0;
    std::map<quint64, qint64> m_expired; // bytes, by number
    qint64 m_expiredBytes = 0;
    Hub::TimePoint m_latest{}; // deadline of those not in m_early
    std::priority_queue<Early, std::vector<Early>, std::greater<>> m_early;
};

} // namespace Qombu
