// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/holderwalk.h"

#include "transports/amqp/management/clientrows.h"
#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

HolderWalk::HolderWalk(ManagementApi *api, RowPage<ChannelRow> &&page, const RowPlace &place,
                       Hub::TimePoint until, Done<RowPage<ChannelRow>> done)
    : m_api(api)
    , m_until(until)
    , m_page(std::move(page))
    , m_done(std::move(done))
{
    leaveOutWhoHoldsNothing(place);
}

// RabbitMQ sorts those that it has not counted yet before all others.
void HolderWalk::leaveOutWhoHoldsNothing(const RowPlace &place)
{
    int uncounted = 0;
    bool isEnd = m_page.cursor.isEmpty();
    QList<ChannelRow> holders;
    for (ChannelRow &row : m_page.rows) {
        if (row.unacked > 0)
            holders.append(std::move(row));
        else if (row.unacked == 0)
            isEnd = true;
        else
            ++uncounted;
    }
    m_page.rows = std::move(holders);
    m_page.count = -1;
    if (isEnd) {
        m_page.cursor.clear();
        if (place.page.page == 1 && uncounted == 0)
            m_page.count = m_page.rows.size();
    }
    if (uncounted > 0) {
        m_page.gaps += Text::tr("%n channels are new: RabbitMQ has not counted yet what they hold.",
                                nullptr, uncounted);
    }
}

void HolderWalk::start()
{
    askNext();
}

void HolderWalk::askNext()
{
    while (m_next < m_page.rows.size() && m_page.rows[m_next].consumerCount == 0)
        ++m_next; // what it holds was fetched
    if (m_next == m_page.rows.size())
        return m_done(std::move(m_page));
    ManagementQuestion question;
    question.until = m_until;
    question.path = "channels/" + ManagementApi::encoded(m_page.rows[m_next].name)
        + "?columns=consumer_details";
    m_api->ask(question, [self = shared_from_this()](const Result<QVariant> &answer) {
        self->answered(answer);
    });
}

void HolderWalk::answered(const Result<QVariant> &answer)
{
    if (answer) {
        m_page.rows[m_next].consumers = ClientRows::consumers(answer->toMap());
    } else if (answer.error().kind() != Error::NotFound) { // it has closed meanwhile
        m_page.gaps += Text::tr("Who consumes there is not known of all channels: %1")
                           .arg(answer.error().text());
        return m_done(std::move(m_page));
    }
    ++m_next;
    askNext();
}

} // namespace Qombu::Amqp
