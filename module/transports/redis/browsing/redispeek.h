// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/link.h"
#include "transports/redis/browsing/unreadparts.h"
#include "transports/redis/consuming/redispage.h"
#include "transports/redis/redisclient.h"
#include "transports/redis/rediskeys.h"

#include <QHash>

namespace Qombu::Redis {

// What looks into queues leave for later ones. A value; the browser's.
struct PeekMemory
{
    static constexpr int mostSizes = 1000;
    bool mayRunScripts = true; // as far as is known
    // By queue, where no script may run: the largest element that the last look saw, so that the
    // next one need not feel its way again.
    QHash<QString, qint64> sizes;
};

// A stored element, whatever it is, as the content of a message; an error if it is none, or if it
// could not be read, which is why then.
Error readElement(const QByteArray &element, const Error &why,
                  std::shared_ptr<const MessageContent> &content);

// One look into a queue, list after list. A script tells how large an element is before it comes;
// where none may run, each element is a reply of its own, and what is too large is thrown away.
// What cannot be read is left out, and told. Lives until it is done; Hub's thread.
class Peek : public std::enable_shared_from_this<Peek>
{
public:
    Peek(CommandSender &sender, const RedisOptions &options, const QString &queue, int limit,
         QueueEnd from, std::shared_ptr<PeekMemory> memory, TellUnread tell,
         Done<std::vector<IncomingMessage>> &&done);
    void next();

private:
    void runScript();
    void scriptAnswered(const Result<RespValue> &reply);
    void readPage(const RespValue &reply);
    void askEach();
    void answered(std::size_t list, const Result<RespValue> &reply);
    void add(const QByteArray &element, const Error &why);
    void leaveOut(std::size_t list, const Error &why);
    void nextList();
    void finish();

    CommandSender &m_sender;
    const RedisOptions m_options;
    const QString m_queue;
    const int m_limit;
    const bool m_fromHead;
    const std::shared_ptr<PeekMemory> m_memory;
    const TellUnread m_tell;
    const Done<std::vector<IncomingMessage>> m_done;
    std::vector<QByteArray> m_lists; // in the order of looking
    RedisPage m_page;
    std::vector<IncomingMessage> m_found;
    std::size_t m_list = 0;
    qint64 m_offset = 0; // in it
    qint64 m_bytes = 0;
    bool m_isFull = false;
    Error m_failure; // of the link
    UnreadParts m_unread;
    bool m_isOwnListUnread = false; // that of the queue itself, not of a priority
    Error m_firstUnread;
};

} // namespace Qombu::Redis
