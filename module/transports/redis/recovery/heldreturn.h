// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"
#include "transports/redis/browsing/heldrecords.h"
#include "transports/redis/consuming/redispage.h"
#include "transports/redis/rediscontext.h"

#include <map>

namespace Qombu::Redis {

// One return of what is held, under one tag or by one holder: looks who holds it and whether that
// one lives, then moves each delivery to the front of its queues if its lease is still the one that
// was looked at; what changes meanwhile is looked at again. Lives until it is done; Hub's thread.
class HeldReturn : public std::enable_shared_from_this<HeldReturn>
{
public:
    struct Wish
    {
        QByteArray name; // of the tag, or of the holder
        bool isHolder = false;
        bool isForced = false; // whoever holds it
    };
    static void start(const RedisContext &context, const Wish &wish, Done<qint64> done);

private:
    struct Held
    {
        QByteArray tag;
        QByteArray score;
    };
    struct Readable
    {
        Held held;
        UnackedRecord record;
        RecordOutline outline; // of a large one
    };
    HeldReturn(const RedisContext &context, const Wish &wish, Done<qint64> &&done);
    void look();
    void findTags();
    void found(bool isComplete);
    Error refusal(const Held &held) const;
    void nextPage();
    void recordsRead(const std::vector<Held> &page, const std::vector<HeldRecord> &records,
                     bool isLarge);
    void give(const std::vector<Readable> &readable, const BindingTables &tables);
    void given(const QByteArray &tag, const Result<RespValue> &reply);
    void answered();
    void finish();
    void failed(const Error &error);

    const RedisContext m_context;
    const Wish m_wish;
    const Done<qint64> m_done;
    std::optional<double> m_now; // the server's
    std::map<QByteArray, QByteArray> m_scores; // by tag; SCAN repeats
    bool m_hasAll = true; // that the holder holds
    std::vector<Held> m_held; // the last one is next: the newest
    std::vector<Held> m_large; // are read as a whole, after the others
    RedisPage m_page{4, 100};
    int m_open = 0; // of this page
    qint64 m_returned = 0;
    qint64 m_faster = 0; // times that somebody was, in this look
    int m_looks = 0;
    std::map<QByteArray, QString> m_stays; // tag → why
};

} // namespace Qombu::Redis
