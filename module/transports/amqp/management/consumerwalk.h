// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/management/managementapi.h"
#include "transports/amqp/management/rowplace.h"

namespace Qombu::Amqp {

// A page of the consumers of a virtual host. RabbitMQ does not page them, so one page of queues is
// asked for, those with the most consumers first, and then each of them for its own: as many as are
// needed, and few enough for one answer. Keeps itself until it has answered, or its API is gone.
// Hub's thread.
class ConsumerWalk : public std::enable_shared_from_this<ConsumerWalk>
{
public:
    static constexpr int QueuesOfPage = 100;
    static constexpr int MostQueues = 20; // that one answer asks

    ConsumerWalk(ManagementApi *api, const RowQuery &query, const RowPlace &place,
                 Done<RowPage<ConsumerRow>> done);
    void start();

private:
    void queuesCame(const Result<QVariant> &answer);
    void sumUp();
    void askNext();
    void consumersCame(const Result<QVariant> &answer);
    bool isEnough() const;
    void stopHere();
    bool isOfOneQueue(const Error &error) const;
    void nextQueue();

    ManagementApi *const m_api;
    const RowQuery m_query;
    const Hub::TimePoint m_until;
    RowPlace m_place;
    Done<RowPage<ConsumerRow>> m_done;
    ManagementPage m_queues;
    RowPage<ConsumerRow> m_page;
    int m_asked = 0;
};

} // namespace Qombu::Amqp
