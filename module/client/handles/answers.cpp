// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/answers.h"

namespace Qombu {

// What nobody can receive any more goes back to its queue: nobody has seen it. Without
// acknowledgement it is fetched with it all the same, and acknowledged on handing over.
struct Answers::WaitingForMessage final : Waiting
{
    WaitingForMessage(std::shared_ptr<Courier> to, AckMode ackMode)
        : courier(std::move(to))
        , mode(ackMode)
    {
    }

    void settle(News::Answer::Value &&value) override
    {
        if (const auto *error = std::get_if<Error>(&value))
            return resolver.fail(*error);
        auto &fetched = std::get<std::optional<FetchedMessage>>(value);
        if (!fetched)
            return resolver.settle(std::optional<Message>());
        const MessageData &data = MessageBuilder::data(fetched->message);
        const DeliveryKey key{fetched->delivery, 0, 0, 0, data.queue, data.content->deliveryTag};
        const auto delivery = std::make_shared<Delivery>(courier, key, mode);
        if (mode == AckMode::None)
            resolver.onTaken([courier = courier, key] { courier->settle(key, Settlement::Ack); });
        resolver.onUntaken([courier = courier, delivery](const auto &) {
            delivery->disown();
            courier->order(Order::GiveBack{{delivery->number()}});
        });
        resolver.settle(std::optional<Message>(
            MessageBuilder::delivered(std::move(fetched->message), delivery)));
    }

    Resolver<std::optional<Message>> resolver;
    const std::shared_ptr<Courier> courier;
    const AckMode mode;
};

Pending<std::optional<Message>> Answers::addMessage(quint64 ticket,
                                                    const std::shared_ptr<Courier> &courier,
                                                    AckMode mode)
{
    auto waiting = std::make_unique<WaitingForMessage>(courier, mode);
    auto pending = waiting->resolver.pending();
    m_waiting.emplace(ticket, std::move(waiting));
    return pending;
}

void Answers::settle(News::Answer &&answer)
{
    if (const auto waiting = m_waiting.extract(answer.ticket))
        waiting.mapped()->settle(std::move(answer.value));
}

void Answers::failAll(const Error &error)
{
    for (const auto &[ticket, waiting] : std::exchange(m_waiting, {}))
        waiting->settle(error);
}

} // namespace Qombu
