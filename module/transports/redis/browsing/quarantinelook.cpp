// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/browsing/quarantinelook.h"

#include "transports/redis/browsing/quarantinepage.h"
#include "transports/redis/wire/redistext.h"
#include "virtual/envelope/envelope.h"

namespace Qombu::Redis {

namespace {

constexpr qint64 MostLookBytes = 64 << 20; // of one look
constexpr qsizetype StartBytes = 1000; // of an element, that are shown

QuarantinedRow rowOf(const QuarantineElement &element)
{
    QuarantinedRow row;
    row.name = QString::fromLatin1(element.name);
    row.bytes = element.size;
    row.start = element.bytes.first(std::min(element.bytes.size(), StartBytes));
    row.error = element.isWhole()
        ? Envelope::decode(element.bytes).error()
        : Error(Error::LimitExceeded,
                Text::tr("It has %1 bytes, more than are read").arg(element.size));
    return row;
}

struct QuarantineLook : std::enable_shared_from_this<QuarantineLook>
{
    CommandSender *sender;
    QByteArray key;
    int limit = 0;
    Done<QList<QuarantinedRow>> done;
    QList<QuarantinedRow> rows = {};
    qint64 bytes = 0;

    void next()
    {
        const int wanted = limit - int(rows.size());
        if (wanted <= 0 || bytes > MostLookBytes)
            return done(std::move(rows));
        QuarantinePage::ask(*sender, key, rows.size(), wanted, QuarantinePage::wholeBytes,
                            [self = shared_from_this()](const auto &page) { self->read(page); });
    }

    void read(const Result<QuarantinePage> &page)
    {
        if (!page)
            return done(page.error());
        if (page->elements.empty())
            return done(std::move(rows));
        for (const QuarantineElement &element : page->elements) {
            rows.append(rowOf(element));
            bytes += element.bytes.size();
        }
        next();
    }
};

} // namespace

void lookIntoQuarantine(CommandSender &sender, const RedisKeys &keys, const QString &queue,
                        int limit, Done<QList<QuarantinedRow>> done)
{
    const auto look = std::make_shared<QuarantineLook>();
    look->sender = &sender;
    look->key = keys.quarantine(queue);
    look->limit = limit;
    look->done = std::move(done);
    look->next();
}

} // namespace Qombu::Redis
