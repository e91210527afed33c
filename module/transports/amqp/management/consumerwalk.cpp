// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/consumerwalk.h"

#include "transports/amqp/management/clientrows.h"
#include "transports/amqp/management/managementrows.h"
#include "transports/amqp/wire/amqptext.h"

#include <algorithm>

namespace Qombu::Amqp {

ConsumerWalk::ConsumerWalk(ManagementApi *api, const RowQuery &query, const RowPlace &place,
                           Done<RowPage<ConsumerRow>> done)
    : m_api(api)
    , m_query(query)
    , m_until(api->endOfLook())
    , m_place(place)
    , m_done(std::move(done))
{
    m_page.takenAt = ManagementRows::timeNow(*m_api->hub());
}

void ConsumerWalk::start()
{
    ManagementQuestion question;
    question.until = m_until;
    question.path =
        ManagementPage::path("queues/" + m_api->virtualHost(), m_place.page, m_query.nameFilter,
                             "&columns=name,consumers&sort=consumers&sort_reverse=true");
    m_api->ask(question, [self = shared_from_this()](const Result<QVariant> &answer) {
        self->queuesCame(answer);
    });
}

void ConsumerWalk::queuesCame(const Result<QVariant> &answer)
{
    if (!answer && m_place.page.page == 1)
        return m_done(answer.error());
    const Result<ManagementPage> queues = ManagementPage::read(answer);
    if (!queues)
        return m_done(queues.error());
    if (m_api->server().countsNothing) {
        return m_done(Error(Error::Unsupported,
                            Text::tr("RabbitMQ lists consumers only from its statistics, which are "
                                     "turned off there.")));
    }
    m_queues = *queues;
    sumUp();
    askNext();
}

// Behind the first queue without a consumer there is none; those that RabbitMQ has not counted yet
// come before all others.
void ConsumerWalk::sumUp()
{
    qint64 consumers = 0;
    int uncounted = 0;
    QVariantList consumed;
    for (const QVariant &queue : m_queues.items) {
        const qint64 count = ManagementRows::number(queue.toMap(), "consumers");
        m_queues.isLast = m_queues.isLast || count == 0;
        uncounted += count < 0;
        consumers += std::max<qint64>(0, count);
        if (count > 0)
            consumed += queue;
    }
    m_queues.items = consumed;
    if (m_place.page.page == 1 && m_queues.isLast && uncounted == 0)
        m_page.count = consumers;
    if (uncounted > 0) {
        m_page.gaps += Text::tr("%n queues are new: RabbitMQ has not counted yet who consumes from "
                                "them.",
                                nullptr, uncounted);
    }
}

bool ConsumerWalk::isEnough() const
{
    return m_page.rows.size() >= std::max(1, m_query.maximumRows) || m_asked >= MostQueues;
}

void ConsumerWalk::askNext()
{
    if (m_place.item >= m_queues.items.size()) {
        if (!m_queues.isLast)
            m_page.cursor = m_place.nextPage().cursor();
        return m_done(std::move(m_page));
    }
    if (isEnough())
        return stopHere();
    ++m_asked;
    const QString name = ManagementRows::text(m_queues.items[m_place.item].toMap(), "name");
    ManagementQuestion question;
    question.until = m_until;
    question.path = "queues/" + m_api->virtualHost() + '/' + ManagementApi::encoded(name)
        + "?columns=consumer_details";
    m_api->ask(question, [self = shared_from_this()](const Result<QVariant> &answer) {
        self->consumersCame(answer);
    });
}

void ConsumerWalk::stopHere()
{
    m_page.cursor = m_place.cursor();
    m_done(std::move(m_page));
}

// What is too large, or what the broker fails at, stays so: the others are read all the same.
bool ConsumerWalk::isOfOneQueue(const Error &error) const
{
    return error.kind() == Error::NotFound || error.kind() == Error::Channel
        || error.replyCode() == 500;
}

void ConsumerWalk::consumersCame(const Result<QVariant> &answer)
{
    if (!answer && !isOfOneQueue(answer.error())) {
        if (m_page.rows.isEmpty())
            return m_done(answer.error());
        m_page.gaps += answer.error().text();
        return stopHere();
    }
    if (!answer && answer.error().kind() != Error::NotFound) { // which has gone meanwhile
        const QVariantMap queue = m_queues.items[m_place.item].toMap();
        m_page.gaps += Text::tr("Who consumes from the queue \"%1\" is not known: %2")
                           .arg(ManagementRows::text(queue, "name"), answer.error().text());
    }
    if (!answer)
        return nextQueue();
    const QList<ConsumerRow> rest = ClientRows::consumers(answer->toMap()).mid(m_place.row);
    const qsizetype room = std::max<qsizetype>(1, m_query.maximumRows) - m_page.rows.size();
    m_page.rows += rest.first(std::min(room, rest.size()));
    if (rest.size() > room) {
        m_place.row += int(room);
        return stopHere();
    }
    nextQueue();
}

void ConsumerWalk::nextQueue()
{
    ++m_place.item;
    m_place.row = 0;
    askNext();
}

} // namespace Qombu::Amqp
