// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/memorychannels.h"

#include "core/randomid_p.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthread.h>

namespace Qombu {

namespace {

struct MemoryLinkText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::MemoryLink)
};

// Asks the broker and answers what it says, when it is free again. Nothing is used after the
// answer.
template<typename T, typename Ask>
void answer(const MemoryPlace &place, const Done<T> &done, const Ask &ask)
{
    if (place.session)
        return done(place.broker->ask(
            [&](MemoryBroker &broker) { return Result<T>(ask(broker, *place.session)); }));
    if (!place.isGone) {
        done(Error(Error::Connection, MemoryLinkText::tr("There is no connection to the broker"))
                 .withRecoverable(true));
    }
}

// In any thread.
void callIn(Hub *hub, Hub::Callback callback)
{
    if (hub->thread() == QThread::currentThread())
        hub->callAtTurnEnd(std::move(callback));
    else
        hub->callSoon(std::move(callback));
}

} // namespace

MemoryTopologyChannel::MemoryTopologyChannel(std::shared_ptr<MemoryPlace> place)
    : m_place(std::move(place))
{
}

void MemoryTopologyChannel::declare(const Exchange &exchange, Done<void> done)
{
    answer(*m_place, done, [&](MemoryBroker &broker, MemorySession &) {
        return broker.topology.exchanges.declare(exchange);
    });
}

void MemoryTopologyChannel::declare(const Queue &wish, Done<QueueInfo> done)
{
    Queue queue = wish;
    if (queue.name().isEmpty()) {
        queue.setName(RandomId(m_place->hub->random(), m_place->hub->random()).queueName());
    }
    tellIgnored(queue);
    answer(*m_place, done, [&](MemoryBroker &broker, MemorySession &session) {
        return broker.topology.declare(session.id, queue);
    });
}

void MemoryTopologyChannel::tellIgnored(const Queue &queue)
{
    if (!queue.expires() && !queue.messageTtl() && !queue.maxLength() && !queue.maxLengthBytes())
        return;
    if (!m_place->session || m_place->told.contains(queue.name()))
        return;
    m_place->told.insert(queue.name());
    BrokerNotice notice;
    notice.kind = BrokerNotice::Degraded;
    notice.queue = queue.name();
    notice.text =
        MemoryLinkText::tr(
            "memory:// does not expire or limit anything: queue \"%1\" asks for it in vain")
            .arg(queue.name());
    m_place->hub->callAtTurnEnd([place = m_place, notice] {
        if (!place->isGone)
            place->listener->notice(notice);
    });
}

void MemoryTopologyChannel::bind(const Binding &binding, Done<void> done)
{
    answer(*m_place, done, [&](MemoryBroker &broker, MemorySession &session) {
        return broker.topology.bind(session.id, binding);
    });
}

void MemoryTopologyChannel::unbind(const Binding &binding, Done<void> done)
{
    answer(*m_place, done, [&](MemoryBroker &broker, MemorySession &) {
        broker.topology.exchanges.unbind(binding);
        return Error();
    });
}

void MemoryTopologyChannel::inspect(const QString &queue, Done<QueueInfo> done)
{
    answer(*m_place, done, [&](MemoryBroker &broker, MemorySession &session) {
        return broker.topology.inspect(session.id, queue);
    });
}

void MemoryTopologyChannel::purge(const QString &queue, Done<qint64> done)
{
    answer(*m_place, done, [&](MemoryBroker &broker, MemorySession &session) {
        return broker.topology.purge(session.id, queue);
    });
}

void MemoryTopologyChannel::remove(const Queue &queue, const RemoveOptions &options,
                                   Done<qint64> done)
{
    answer(*m_place, done, [&](MemoryBroker &broker, MemorySession &session) {
        return broker.topology.remove(session.id, queue.name(), options);
    });
}

void MemoryTopologyChannel::remove(const Exchange &exchange, const RemoveOptions &options,
                                   Done<void> done)
{
    answer(*m_place, done, [&](MemoryBroker &broker, MemorySession &) {
        return broker.topology.exchanges.remove(exchange.name(), options);
    });
}

MemoryDeliverChannel::MemoryDeliverChannel(std::shared_ptr<MemoryPlace> place,
                                           DeliveryListener *listener)
    : m_place(std::move(place))
    , m_listener(listener)
{
}

MemoryDeliverChannel::~MemoryDeliverChannel()
{
    end();
}

void MemoryDeliverChannel::get(const QString &queue, bool noAck,
                               Done<std::optional<IncomingMessage>> done)
{
    answer(*m_place, done, [&](MemoryBroker &, MemorySession &session) {
        return session.get(queue, noAck, m_place->hub->wallTime());
    });
}

void MemoryDeliverChannel::consume(const ConsumeRequest &request, Done<void> done)
{
    Q_ASSERT(m_consumer == 0);
    answer(*m_place, done, [&](MemoryBroker &, MemorySession &session) {
        // The session wakes nobody after the consumer's end, and it ends before this and the Hub.
        const Error error = session.consume(
            request, [this, hub = m_place->hub, alive = std::weak_ptr<bool>(m_alive)] {
                callIn(hub, [this, alive] {
                    if (!alive.expired())
                        collect();
                });
            });
        if (!error.isError())
            m_consumer = request.consumer;
        return error;
    });
}

template<typename Change>
void MemoryDeliverChannel::change(const Change &change)
{
    if (!m_place->session)
        return;
    m_place->broker->ask([&](MemoryBroker &) {
        if (MemoryConsumer *consumer = m_place->session->consumer(m_consumer))
            change(*consumer);
    });
}

void MemoryDeliverChannel::setWindow(int count, qint64 bytes)
{
    change([=](MemoryConsumer &consumer) { consumer.setWindow(count, bytes); });
}

void MemoryDeliverChannel::setPaused(bool paused)
{
    change([=](MemoryConsumer &consumer) { consumer.setPaused(paused); });
}

void MemoryDeliverChannel::cancel(Done<void> done)
{
    end();
    answer(*m_place, done, [](MemoryBroker &, MemorySession &) { return Error(); });
}

void MemoryDeliverChannel::end()
{
    const quint64 consumer = std::exchange(m_consumer, 0);
    if (consumer != 0 && m_place->session)
        m_place->broker->ask([&](MemoryBroker &) { m_place->session->cancel(consumer); });
}

void MemoryDeliverChannel::collect()
{
    MemoryConsumer::Collected collected;
    const Hub::WallTime now = m_place->hub->wallTime();
    change([&](MemoryConsumer &consumer) { collected = consumer.collect(now); });
    if (collected.isOver)
        end();
    const std::weak_ptr<bool> alive = m_alive;
    if (!collected.messages.empty())
        m_listener->delivered(std::move(collected.messages));
    for (const QString &queue : std::as_const(collected.removedQueues)) {
        if (alive.expired())
            return;
        m_listener->consumerCancelled(
            queue,
            Error(Error::NotFound,
                  MemoryLinkText::tr("NOT_FOUND - queue \"%1\" was deleted").arg(queue))
                .withReplyCode(404)
                .withRecoverable(true)
                .withWhere(QStringLiteral("queue/") + queue));
    }
}

MemoryPublishChannel::MemoryPublishChannel(std::shared_ptr<MemoryPlace> place,
                                           PublishListener *listener)
    : m_place(std::move(place))
    , m_listener(listener)
{
}

void MemoryPublishChannel::publish(std::vector<OutgoingMessage> &&messages)
{
    if (!m_place->session)
        return; // the link's end settles what was not answered
    const bool isFirst = m_outcomes.empty();
    m_place->broker->ask(
        [&](MemoryBroker &broker) { broker.publish(std::move(messages), m_outcomes); });
    if (!isFirst || m_outcomes.empty())
        return;
    m_place->hub->callAtTurnEnd([this, alive = std::weak_ptr<bool>(m_alive)] {
        if (!alive.expired() && !m_place->isGone)
            m_listener->published(std::exchange(m_outcomes, {}));
    });
}

} // namespace Qombu
