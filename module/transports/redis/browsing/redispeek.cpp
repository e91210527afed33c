// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/browsing/redispeek.h"

#include "transports/redis/redisscripts.h"
#include "transports/redis/wire/rediserror.h"
#include "transports/redis/wire/redistext.h"
#include "virtual/envelope/envelope.h"

#include <algorithm>

namespace Qombu::Redis {
namespace {

constexpr int fewPerTurn = 4; // elements asked for in one write, while their size is unknown
constexpr int mostPerTurn = 100;
constexpr qint64 mostBytes = 64 << 20; // of one look
constexpr qint64 mostWork = 8 << 20; // bytes that one run of the script looks at

} // namespace

Error readElement(const QByteArray &element, const Error &why,
                  std::shared_ptr<const MessageContent> &content)
{
    MessageContent found;
    Error error = why;
    if (!error.isError()) {
        Result<MessageContent> envelope = Envelope::decode(element);
        error = envelope.error();
        if (envelope) {
            found = std::move(*envelope);
        } else {
            found.body = element;
            found.contentType = QStringLiteral("application/data");
            found.contentEncoding = QStringLiteral("binary");
        }
    }
    content = std::make_shared<const MessageContent>(std::move(found));
    return error;
}

Peek::Peek(CommandSender &sender, const RedisOptions &options, const QString &queue, int limit,
           QueueEnd from, std::shared_ptr<PeekMemory> memory, TellUnread tell,
           Done<std::vector<IncomingMessage>> &&done)
    : m_sender(sender)
    , m_options(options)
    , m_queue(queue)
    , m_limit(limit)
    , m_fromHead(from == QueueEnd::Head)
    , m_memory(std::move(memory))
    , m_tell(std::move(tell))
    , m_done(std::move(done))
    , m_lists(RedisKeys(options).lists(queue))
    , m_page(fewPerTurn, mostPerTurn, m_memory->sizes.value(queue))
{
    if (!m_fromHead)
        std::reverse(m_lists.begin(), m_lists.end());
}

void Peek::next()
{
    const bool isEnd = m_isFull || m_list >= m_lists.size() || int(m_found.size()) >= m_limit;
    if (isEnd || m_failure.isError())
        finish();
    else if (m_memory->mayRunScripts)
        runScript();
    else
        askEach();
}

void Peek::runScript()
{
    RespCommand keys;
    for (const QByteArray &list : m_lists)
        keys.add(list);
    const qint64 largest = std::min(mostBytes, m_options.maximumElementBytes);
    m_sender.run(Scripts::all().peek, std::move(keys),
                 {m_fromHead ? 1 : 0, qint64(m_list + 1), m_offset,
                  std::min(mostPerTurn, m_limit - int(m_found.size())), largest,
                  mostBytes - m_bytes, mostWork},
                 [self = shared_from_this()](const Result<RespValue> &reply) {
                     self->scriptAnswered(reply);
                 });
}

void Peek::scriptAnswered(const Result<RespValue> &reply)
{
    if (reply && reply->items.size() == 4)
        readPage(*reply);
    else if (reply)
        m_failure = Error(Error::Protocol, Text::tr("Redis answered a look with something else"));
    else if (reply.error().isRecoverable())
        m_failure = reply.error();
    else
        m_memory->mayRunScripts = false;
    next();
}

void Peek::readPage(const RespValue &reply)
{
    m_isFull = reply.items[0].integer < 1;
    m_list = std::size_t(std::max<qint64>(0, reply.items[0].integer - 1));
    m_offset = reply.items[1].integer;
    const auto &refused = reply.items[2].items;
    for (std::size_t i = 0; i + 1 < refused.size(); i += 2)
        leaveOut(std::size_t(refused[i].integer - 1),
                 classifyError(refused[i + 1].text, "LRANGE", m_options.user.toUtf8()).error);
    const auto &elements = reply.items[3].items;
    for (std::size_t i = 0; i + 1 < elements.size(); i += 2) {
        const bool isTold = !elements[i + 1].isNil();
        const QString why = Text::tr("It has %1 bytes, more than are read");
        add(elements[i + 1].text,
            isTold ? Error() : Error(Error::LimitExceeded, why.arg(elements[i].integer)));
    }
}

// In one write, which the server answers without serving others in between: it shows one moment.
void Peek::askEach()
{
    std::vector<RespCommand> commands;
    const int wanted = std::min(m_limit - int(m_found.size()), m_page.size());
    for (int i = 0; i < wanted; ++i) {
        const qint64 index = m_fromHead ? -1 - m_offset - i : m_offset + i; // the right end is next
        commands.push_back({"LRANGE", m_lists[m_list], index, index});
    }
    sendEach(
        m_sender, std::move(commands),
        [self = shared_from_this(), list = m_list](std::size_t, const Result<RespValue> &reply) {
            self->answered(list, reply);
        },
        [self = shared_from_this()] { self->next(); });
}

void Peek::answered(std::size_t list, const Result<RespValue> &reply)
{
    if (list != m_list || m_isFull || m_failure.isError())
        return;
    if (isRefusal(reply.error())) {
        leaveOut(list, reply.error());
        return nextList();
    }
    if (!reply && reply.error().kind() != Error::LimitExceeded) {
        m_failure = reply.error();
        return;
    }
    if (reply && reply->items.empty())
        return nextList();
    const QByteArray element = reply ? reply->items.front().text : QByteArray();
    m_page.saw(element.size());
    m_isFull = m_bytes > 0 && m_bytes + element.size() > mostBytes;
    ++m_offset;
    if (!m_isFull)
        add(element, reply.error());
}

void Peek::nextList()
{
    ++m_list;
    m_offset = 0;
}

void Peek::add(const QByteArray &element, const Error &why)
{
    IncomingMessage &message = m_found.emplace_back();
    message.delivery = m_found.size();
    message.queue = m_queue;
    message.error = readElement(element, why, message.content);
    m_bytes += element.size();
}

void Peek::leaveOut(std::size_t list, const Error &why)
{
    if (!m_firstUnread.isError())
        m_firstUnread = why;
    m_isOwnListUnread |= m_lists.at(list) == RedisKeys(m_options).lists(m_queue).front();
    m_unread.add(UnreadParts::List, m_lists.at(list), why);
}

void Peek::finish()
{
    if (m_failure.isError())
        return m_done(m_failure);
    if (m_found.empty() && m_isOwnListUnread)
        return m_done(m_firstUnread);
    if (m_memory->sizes.size() >= PeekMemory::mostSizes)
        m_memory->sizes.clear();
    if (!m_memory->mayRunScripts && m_page.largest() > 0)
        m_memory->sizes.insert(m_queue, m_page.largest());
    m_unread.tell(m_tell);
    m_done(std::move(m_found));
}

} // namespace Qombu::Redis
