// SPDX-License-Identifier: BSD-3-Clause
#include "core/delivery_p.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {

SettlementSink::~SettlementSink() = default;

Delivery::Delivery(std::shared_ptr<SettlementSink> sink, DeliveryKey key, AckMode mode)
    : m_sink(std::move(sink))
    , m_key(std::move(key))
    , m_mode(mode)
    , m_settled(mode == AckMode::None) // the broker forgot it when it sent it
{
}

Delivery::~Delivery()
{
    if (m_settled.exchange(true, std::memory_order_acq_rel))
        return;
    if (m_mode == AckMode::Auto)
        m_sink->settle(m_key, Settlement::Ack);
    else
        m_sink->abandoned(m_key);
}

Error Delivery::settle(Settlement settlement)
{
    if (m_mode == AckMode::None) {
        if (settlement == Settlement::Ack)
            return {}; // Kombu, too, takes ack() of a no_ack message for granted
        return Error(Error::Unsupported,
                     QCoreApplication::translate(
                         "Qombu::Message",
                         "The message was delivered without acknowledgement; the broker has "
                         "forgotten it. Publish it again instead."));
    }
    if (m_settled.exchange(true, std::memory_order_acq_rel)) {
        return Error(
            Error::AlreadySettled,
            QCoreApplication::translate(
                "Qombu::Message", "The message was already acknowledged, rejected or requeued."));
    }
    if (m_sink->settle(m_key, settlement))
        return {};
    m_settled.store(false, std::memory_order_release);
    return Error(Error::Connection,
                 QCoreApplication::translate(
                     "Qombu::Message",
                     "The connection that delivered the message is closed; the broker will "
                     "deliver it again."))
        .withRecoverable(false);
}

} // namespace Qombu
