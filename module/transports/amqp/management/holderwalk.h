// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/management/managementapi.h"
#include "transports/amqp/management/rowplace.h"

namespace Qombu::Amqp {

// Of one page of channels, sorted by what they hold: those that hold messages, and for whom. Keeps
// itself until it has answered, or its API is gone. Hub's thread.
class HolderWalk : public std::enable_shared_from_this<HolderWalk>
{
public:
    HolderWalk(ManagementApi *api, RowPage<ChannelRow> &&page, const RowPlace &place,
               Hub::TimePoint until, Done<RowPage<ChannelRow>> done);
    void start();

private:
    void leaveOutWhoHoldsNothing(const RowPlace &place);
    void askNext();
    void answered(const Result<QVariant> &answer);

    ManagementApi *const m_api;
    const Hub::TimePoint m_until;
    RowPage<ChannelRow> m_page;
    Done<RowPage<ChannelRow>> m_done;
    qsizetype m_next = 0;
};

} // namespace Qombu::Amqp
