// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/link.h"
#include "transports/redis/browsing/heldrecords.h"
#include "transports/redis/browsing/redisscan.h"
#include "transports/redis/browsing/unreadparts.h"
#include "transports/redis/consuming/redispage.h"
#include "transports/redis/redisclient.h"
#include "transports/redis/rediskeys.h"
#include "transports/redis/topology/redisbindings.h"

#include <QSet>

#include <map>

namespace Qombu::Redis {

// One walk through a database that makes an Inventory: lists, binding sets, their members, lengths,
// held deliveries. Lives until it is done; Hub's thread. What costs more than
// the limits allow is left out, and Inventory::truncated says so.
class InventoryLook : public std::enable_shared_from_this<InventoryLook>
{
public:
    InventoryLook(CommandSender &sender, const RedisOptions &options, const InventoryQuery &query,
                  TellUnread tell, Done<Inventory> done);
    void start(const QDateTime &now);

private:
    void findLists();
    bool addLists(const std::vector<RespValue> &keys);
    void scan(std::vector<RespCommand> heads, QList<QByteArray> keys, RespCommand tail,
              Scan::Elements elements, void (InventoryLook::*next)());
    void findExchanges();
    void readMembers();
    void findDeadlines();
    void dropProtected();
    void addBindings();
    void addBindings(const QString &exchange, const std::vector<QByteArray> &members);
    QStringList queuesToCount() const;
    void countNext(QStringList queues);
    void counted(const QString &queue, int bucket, const Result<RespValue> &length);
    void countUnacked();
    void findRecords();
    void readRecords();
    void recordsRead(const std::vector<HeldRecord> &records);
    void finish(bool allRecords);
    bool isWanted(const QString &name) const;
    bool addQueue(const QString &queue);
    bool failed(const Error &error); // true: the look is over
    void leaveOutRecords(const Error &why);

    CommandSender &m_sender;
    const RedisOptions m_options;
    const RedisKeys m_keys;
    const InventoryQuery m_query;
    const int m_mostRows; // of each kind that are found
    const TellUnread m_tell;
    const Done<Inventory> m_done;

    Inventory m_inventory;
    std::map<QString, QueueRow> m_queues;
    std::map<QByteArray, std::vector<QByteArray>> m_sets; // members by key
    int m_members = 0;
    std::map<QString, QDateTime> m_deadlines; // of unprotected sets, by exchange
    BindingTables m_tables;
    QSet<int> m_buckets;
    QSet<QString> m_quarantines; // queues that have one
    std::vector<QByteArray> m_tags; // of held deliveries
    std::size_t m_nextTag = 0;
    bool m_isEachCounted = true; // of them
    qint64 m_recordBytes = 0;
    RedisPage m_page{1, 50};
    UnreadParts m_unread;
    bool m_over = false;
};

} // namespace Qombu::Redis
