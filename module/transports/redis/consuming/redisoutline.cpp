// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisoutline.h"

#include "transports/redis/redisscripts.h"
#include "virtual/envelope/envelope.h"

namespace Qombu::Redis {

namespace {

constexpr qint64 MostBytes = 1 << 20; // around a body
constexpr QByteArrayView Mark("\x01the body\x02"); // control characters are in no JSON

} // namespace

RecordOutline RecordOutline::read(const RespValue &reply)
{
    RecordOutline outline;
    const auto &items = reply.items;
    if (items.empty())
        return outline;
    outline.m_size = items[0].integer;
    if (items.size() != 5 || items[3].text.contains(Mark) || items[4].text.contains(Mark))
        return outline;
    outline.m_bodyAt = items[1].integer;
    outline.m_bodyBytes = items[2].integer;
    outline.m_record = UnackedRecord::read(items[3].text + Mark.toByteArray() + items[4].text);
    return outline;
}

void RecordOutline::ask(CommandSender &sender, const QByteArray &unackedKey, const QByteArray &tag,
                        std::function<void(Result<RecordOutline>)> done)
{
    sender.run(Scripts::all().outline, {unackedKey}, {tag, MostBytes},
               [done = std::move(done)](const Result<RespValue> &reply) {
                   done(reply ? Result<RecordOutline>(read(*reply)) : reply.error());
               });
}

QByteArray RecordOutline::envelope() const
{
    if (!m_record)
        return {};
    QByteArray envelope = m_record->envelope;
    return envelope.replace(envelope.indexOf(Mark), Mark.size(), QByteArrayView());
}

RespCommand RecordOutline::restoreArguments() const
{
    const QByteArray marked = Envelope::markRedelivered(m_record->envelope);
    const qsizetype body = marked.indexOf(Mark);
    return RespCommand{marked.first(body), marked.sliced(body + Mark.size()), m_bodyAt, m_bodyBytes,
                       m_size};
}

} // namespace Qombu::Redis
