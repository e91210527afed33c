// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/consuming/fetchingchannel.h"

namespace Qombu::Amqp {

FetchingChannel::FetchingChannel(std::shared_ptr<AmqpPlace> place, const QString &queue)
    : SettlingChannel(std::move(place))
    , m_queue(queue)
{
}

void FetchingChannel::get(bool noAck, Done<std::optional<IncomingMessage>> done)
{
    const Result<Method> method = basicGet(m_queue, noAck);
    if (!method)
        return done(method.error());
    const Error error = ask(*method, [this, noAck, done](const Result<SessionEvent> &answer) {
        const bool isMessage = answer.isOk() && answer->type == SessionEvent::Fetched;
        if (m_hasLeft) {
            if (isMessage && !noAck)
                turnAway(answer->number);
        } else if (!answer.isOk()) {
            done(answer.error());
        } else if (!isMessage) {
            done(std::optional<IncomingMessage>());
        } else {
            done(std::optional(incoming(SessionEvent(*answer), m_queue, 0, noAck)));
        }
    });
    if (error.isError())
        done(error);
}

void FetchingChannel::closed(const Error &why)
{
    const std::vector<OpenDelivery> lost = loseOpen();
    refuseRequests(why);
    for (const OpenDelivery &delivery : lost) {
        if (m_place->isGone)
            return;
        m_place->listener->settledTooLate(0, delivery.number, m_queue, QString());
    }
}

} // namespace Qombu::Amqp
