// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/management/managementcaller.h"
#include "transports/amqp/management/rowplace.h"

namespace Qombu::Amqp {

// Asks the management API for who uses a broker: a page of its connections, channels or consumers
// at a time. Of all virtual hosts, except consumers: RabbitMQ pages no other list. Hub's thread;
// answers nothing when its API is gone.
class ClientLook
{
public:
    explicit ClientLook(ManagementApi *api)
        : m_api(api)
    {
    }

    void connections(const RowQuery &query, Done<RowPage<ConnectionRow>> done);
    void channels(const ChannelQuery &query, Done<RowPage<ChannelRow>> done);
    void consumers(const RowQuery &query, Done<RowPage<ConsumerRow>> done);

private:
    struct Seen
    {
        ManagementPage page;
        RowPlace place;
        QDateTime takenAt;
        QStringList gaps;
        Hub::TimePoint until; // of all questions
    };
    void ask(const QByteArray &list, const QByteArray &more, const RowQuery &query, int mostRows,
             Done<Seen> done);
    void askPage(const ManagementQuestion &question, const Seen &known, Done<Seen> done);
    QString gapOfStatistics() const;

    ManagementApi *const m_api;
};

} // namespace Qombu::Amqp
