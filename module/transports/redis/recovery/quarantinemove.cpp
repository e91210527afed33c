// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/recovery/quarantinemove.h"

#include "transports/redis/redisscripts.h"
#include "transports/redis/wire/redistext.h"
#include "virtual/envelope/envelope.h"

#include <algorithm>
#include <limits>

namespace Qombu::Redis {

namespace {

constexpr int MostInVain = 5;

} // namespace

QuarantineMove::QuarantineMove(const RedisContext &context, const QString &queue,
                               Direction direction, Done<qint64> &&done)
    : m_context(context)
    , m_queue(queue)
    , m_key(context.keys.quarantine(queue))
    , m_direction(direction)
    , m_done(std::move(done))
{
}

void QuarantineMove::start(const RedisContext &context, const QString &queue,
                           const std::optional<QString> &name, Direction direction,
                           Done<qint64> done)
{
    if (const Error error = context.keys.checkQueueName(queue); error.isError())
        return done(error);
    const std::shared_ptr<QuarantineMove> self(
        new QuarantineMove(context, queue, direction, std::move(done)));
    if (name) {
        self->m_name = name->toUtf8();
        self->find(0);
    } else if (direction == Away) {
        self->dropAll();
    } else {
        self->nextPage();
    }
}

void QuarantineMove::read(qint64 skip, qint64 atMost, qint64 wholeBytes,
                          std::function<void(const QuarantinePage &)> then)
{
    QuarantinePage::ask(
        m_context.sender, m_key, skip, atMost, wholeBytes,
        [self = shared_from_this(), then = std::move(then)](const Result<QuarantinePage> &page) {
            if (page)
                then(*page);
            else
                self->failed(page.error());
        });
}

// By their names alone: contents are not needed for that.
void QuarantineMove::find(qint64 skip)
{
    read(skip, std::numeric_limits<qint64>::max(), 0,
         [this, skip](const QuarantinePage &page) { seen(skip, page); });
}

void QuarantineMove::seen(qint64 skip, const QuarantinePage &page)
{
    const auto &elements = page.elements;
    const auto found =
        std::find_if(elements.begin(), elements.end(),
                     [this](const QuarantineElement &element) { return element.name == m_name; });
    const qint64 place = skip + (found - elements.begin());
    if (elements.empty())
        notThere();
    else if (found == elements.end())
        find(place);
    else if (m_direction == Away)
        move(place, {*found});
    else
        readOne(place);
}

// Its priority says which list of the queue it belongs to.
void QuarantineMove::readOne(qint64 skip)
{
    read(skip, 1, QuarantinePage::wholeBytes, [this, skip](const QuarantinePage &page) {
        if (page.elements.empty() || page.elements.front().name != m_name)
            moved(0);
        else
            move(skip, page.elements);
    });
}

void QuarantineMove::dropAll()
{
    m_context.sender.run(Scripts::all().remove, {m_key}, {1, 0},
                         [self = shared_from_this()](const Result<RespValue> &reply) {
                             if (!reply)
                                 self->failed(reply.error());
                             else if (reply->integer == 0)
                                 self->notThere();
                             else
                                 self->m_done(reply->integer);
                         });
}

void QuarantineMove::nextPage()
{
    const qint64 left = m_wanted ? *m_wanted - m_moved : std::numeric_limits<qint64>::max();
    read(0, left, QuarantinePage::wholeBytes, [this](const QuarantinePage &page) {
        m_wanted = m_wanted.value_or(page.length);
        if (!page.elements.empty())
            move(0, page.elements);
        else if (m_moved > 0)
            m_done(m_moved);
        else
            notThere();
    });
}

void QuarantineMove::move(qint64 skip, const Elements &elements)
{
    const RedisKeys &keys = m_context.keys;
    RespCommand places{m_key};
    for (const QByteArray &list : keys.lists(m_queue))
        places.add(list);
    RespCommand arguments{skip};
    for (const QuarantineElement &element : elements) {
        const auto &buckets = keys.buckets();
        const int bucket = keys.bucket(element.isWhole() ? Envelope::priorityOf(element.bytes) : 0);
        const auto place = std::find(buckets.begin(), buckets.end(), bucket);
        arguments.add(element.name)
            .add(m_direction == Back ? qint64(place - buckets.begin()) + 1 : 0);
    }
    m_context.sender.run(Scripts::all().unquarantine, std::move(places), std::move(arguments),
                         [self = shared_from_this()](const Result<RespValue> &reply) {
                             if (reply)
                                 self->moved(reply->integer);
                             else
                                 self->failed(reply.error());
                         });
}

void QuarantineMove::moved(qint64 count)
{
    m_moved += count;
    m_vain = count > 0 ? 0 : m_vain + 1;
    const bool isOver = m_name.isEmpty() ? m_moved >= m_wanted : m_moved > 0;
    if (isOver)
        m_done(m_moved);
    else if (m_vain >= MostInVain)
        failed(Error(Error::Channel,
                     Text::tr("The quarantine of queue '%1' changes all the time: stop its "
                              "consumers first, and try again")
                         .arg(m_queue)));
    else if (m_name.isEmpty())
        nextPage();
    else
        find(0);
}

void QuarantineMove::failed(const Error &error)
{
    if (m_moved == 0)
        return m_done(error);
    m_done(
        Error(error.kind(),
              Text::tr("%1 elements are back in queue '%2', the others stay in its quarantine: %3")
                  .arg(m_moved)
                  .arg(m_queue, error.text()))
            .withReplyCode(error.replyCode())
            .withRecoverable(error.isRecoverable()));
}

void QuarantineMove::notThere()
{
    const QString text = m_name.isEmpty()
        ? Text::tr("Nothing is in the quarantine of queue '%1'").arg(m_queue)
        : Text::tr("There is no element '%1' in the quarantine of queue '%2'")
              .arg(QString::fromUtf8(m_name), m_queue);
    m_done(Error(Error::NotFound, text).withReplyCode(404));
}

} // namespace Qombu::Redis
