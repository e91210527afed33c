// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/scriptedbroker.h"

#include "client/scripted/scriptedchannels.h"
#include "client/scripted/scriptedlink.h"

namespace Qombu {
namespace {

ScriptedBroker *latest = nullptr;

class ScriptedTransport final : public Transport
{
public:
    Error check(const BrokerUrl &, const ConnectionOptions &) const override { return {}; }
    std::unique_ptr<Link> createLink(const LinkSetup &setup) override
    {
        return std::make_unique<ScriptedLink>(setup);
    }
    qint64 openSettlements() const override { return ScriptedBroker::current().swallowed; }
};

} // namespace

ScriptedBroker::ScriptedBroker()
{
    latest = this;
    for (const QString &name : {QStringLiteral("scripted"), QStringLiteral("another")}) {
        TransportInfo info;
        info.name = name;
        info.schemes = QStringList{name};
        info.capabilities = capabilities;
        info.create = [] { return std::make_unique<ScriptedTransport>(); };
        TransportRegistry::add(info);
    }
}

ScriptedBroker::~ScriptedBroker()
{
    latest = nullptr;
}

ScriptedBroker &ScriptedBroker::current()
{
    return *latest;
}

void ScriptedBroker::breakLink(const QString &why)
{
    unconfirmed.clear();
    link->lose();
    const Error error = Error(Error::Connection, why).withRecoverable(true);
    for (const Waiting &one : failsWaiting ? std::exchange(m_waiting, {}) : std::deque<Waiting>())
        one.answer(error);
    link->listener()->linkFailed(error);
}

void ScriptedBroker::setBlocked(bool blocked)
{
    if (blocked)
        link->listener()->linkBlocked(QStringLiteral("Memory."));
    else
        link->listener()->linkUnblocked();
}

void ScriptedBroker::answer(const QString &request)
{
    const auto found = std::find_if(m_waiting.begin(), m_waiting.end(), [&](const Waiting &one) {
        return request.isEmpty() || one.request == request;
    });
    Q_ASSERT(found != m_waiting.end());
    const auto answer = std::move(found->answer);
    m_waiting.erase(found);
    answer({});
}

void ScriptedBroker::confirm(const Error &error)
{
    PublishOutcome outcome = unconfirmed.front();
    unconfirmed.erase(unconfirmed.begin());
    outcome.error = error;
    publishing->listener->published({outcome});
}

void ScriptedBroker::setRoom(int messages, qint64 bytes)
{
    publishing->listener->publishRoom(messages, bytes);
}

// Told soon: a broker's answer needs its time.
void ScriptedBroker::closePublishing(const Error &why)
{
    unconfirmed.clear();
    publishing->isClosed = true;
    hub->callSoon([this, why, closed = publishing] {
        if (publishing == closed)
            closed->listener->channelClosed(why);
    });
}

IncomingMessage ScriptedBroker::take(ScriptedDeliveries *to, const QString &queue,
                                     const QByteArray &body)
{
    IncomingMessage message;
    const quint64 number = numbers->take();
    message.queue = queue;
    MessageContent content;
    content.body = body.isEmpty() ? QByteArray::number(number) : body;
    content.contentType = QStringLiteral("application/json");
    content.contentEncoding = QStringLiteral("utf-8");
    if (tags)
        content.deliveryTag = QStringLiteral("tag-%1").arg(number);
    message.content = std::make_shared<const MessageContent>(std::move(content));
    if (!to->request.noAck) {
        message.delivery = number;
        const Delivery delivery{to->request.consumer, queue, message.content->deliveryTag, to};
        held[number] = delivery;
        known[number] = delivery;
    }
    return message;
}

quint64 ScriptedBroker::deliver(int count, const QByteArray &body, const QString &queue)
{
    ScriptedDeliveries *to = consuming;
    for (ScriptedDeliveries *other : delivering) {
        if (!queue.isEmpty() && other->request.queues.contains(Queue(queue)))
            to = other;
    }
    const quint64 first = numbers->last() + 1;
    std::vector<IncomingMessage> messages;
    for (int i = 0; i < count; ++i)
        messages.push_back(take(to, queue.isEmpty() ? QStringLiteral("q") : queue, body));
    to->listener->delivered(std::move(messages));
    return first;
}

void ScriptedBroker::broadcast(const QByteArray &body)
{
    IncomingMessage message = take(consuming, QStringLiteral("q"), body);
    held.erase(std::exchange(message.delivery, 0));
    message.broadcastBytes = std::max<qint64>(1, body.size());
    std::vector<IncomingMessage> one;
    one.push_back(std::move(message));
    consuming->listener->delivered(std::move(one));
}

void ScriptedBroker::cancelConsumer(const Error &why, const QString &queue)
{
    consuming->listener->consumerCancelled(queue, why);
}

void ScriptedBroker::closeDelivering(const Error &why)
{
    if (!capabilities.testFlag(Capability::HeldOutlivesLink))
        std::erase_if(held, [this](const auto &one) { return one.second.channel == consuming; });
    consuming->listener->channelClosed(why);
}

void ScriptedBroker::tooLate(quint64 delivery)
{
    const Delivery &what = known.at(delivery);
    link->listener()->settledTooLate(what.consumer, delivery, what.queue, what.tag);
}

} // namespace Qombu
