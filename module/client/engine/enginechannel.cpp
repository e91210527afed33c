// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/enginechannel.h"

#include "client/engine/engine.h"
#include "client/engine/incoming.h"

namespace Qombu {

EngineChannel::EngineChannel(Engine &engine, quint64 id)
    : DeliveryOwner(engine, id)
{
}

EngineChannel::~EngineChannel() = default;

template<typename T>
void EngineChannel::request(std::function<void(ChannelPort &, Done<T>)> send, Done<T> answer)
{
    engine().needLink();
    engine().requests().add<T>(
        id(),
        [&engine = engine(), id = id(), send = std::move(send)](Done<T> done) {
            EngineChannel &self = engine.channel(id);
            if (!self.port())
                self.openPort(*engine.link(), &self);
            send(*self.port(), std::move(done));
        },
        [&engine = engine(), id = id(), answer = std::move(answer)](Result<T> result) {
            answer(std::move(result));
            engine.flushLater(&engine.channel(id)); // it may have been released
        });
}

template<typename T>
void EngineChannel::requestBeforePublishing(std::function<void(ChannelPort &, Done<T>)> send,
                                            Done<T> answer)
{
    request<T>(std::move(send),
               [hold = engine().hold(), answer = std::move(answer)](Result<T> result) {
                   answer(std::move(result));
               });
}

void EngineChannel::declare(const Exchange &exchange, Done<void> answer)
{
    requestBeforePublishing<void>(
        [exchange](ChannelPort &port, Done<void> done) {
            port->declare(exchange, std::move(done));
        },
        [exchange, &engine = engine(), answer = std::move(answer)](const Result<void> &result) {
            if (result.isOk())
                engine.topology().add(exchange);
            answer(result);
        });
}

void EngineChannel::declare(const Queue &queue, Done<QueueInfo> answer)
{
    requestBeforePublishing<QueueInfo>(
        [queue](ChannelPort &port, Done<QueueInfo> done) { port->declare(queue, std::move(done)); },
        [queue, &engine = engine(), answer = std::move(answer)](const Result<QueueInfo> &result) {
            if (result.isOk())
                engine.topology().add(queue);
            answer(result);
        });
}

void EngineChannel::bind(const Binding &binding, Done<void> answer)
{
    requestBeforePublishing<void>(
        [binding](ChannelPort &port, Done<void> done) { port->bind(binding, std::move(done)); },
        [binding, &engine = engine(), answer = std::move(answer)](const Result<void> &result) {
            if (result.isOk())
                engine.topology().add(binding);
            answer(result);
        });
}

void EngineChannel::unbind(const Binding &binding, Done<void> answer)
{
    engine().topology().remove(binding);
    requestBeforePublishing<void>(
        [binding](ChannelPort &port, Done<void> done) { port->unbind(binding, std::move(done)); },
        std::move(answer));
}

void EngineChannel::inspect(const QString &queue, Done<QueueInfo> answer)
{
    request<QueueInfo>(
        [queue](ChannelPort &port, Done<QueueInfo> done) { port->inspect(queue, std::move(done)); },
        std::move(answer));
}

void EngineChannel::purge(const QString &queue, Done<qint64> answer)
{
    request<qint64>(
        [queue](ChannelPort &port, Done<qint64> done) { port->purge(queue, std::move(done)); },
        std::move(answer));
}

void EngineChannel::remove(const Queue &queue, Done<qint64> answer)
{
    engine().topology().remove(queue);
    requestBeforePublishing<qint64>(
        [queue](ChannelPort &port, Done<qint64> done) { port->remove(queue, std::move(done)); },
        std::move(answer));
}

void EngineChannel::remove(const Exchange &exchange, Done<void> answer)
{
    engine().topology().remove(exchange);
    requestBeforePublishing<void>(
        [exchange](ChannelPort &port, Done<void> done) { port->remove(exchange, std::move(done)); },
        std::move(answer));
}

void EngineChannel::get(const QString &queue, bool noAck,
                        Done<std::optional<FetchedMessage>> answer)
{
    using Fetched = std::optional<FetchedMessage>;
    const auto isEnded = std::make_shared<bool>(false);
    request<Fetched>(
        [queue, noAck, isEnded, &engine = engine(), id = id()](ChannelPort &port,
                                                               Done<Fetched> done) {
            const auto take = [noAck, isEnded, &engine, id, done = std::move(done)](
                                  Result<std::optional<IncomingMessage>> result) {
                EngineChannel &self = engine.channel(id);
                if (!result.isOk())
                    return done(result.error());
                if (!result->has_value())
                    return done(Fetched());
                const quint64 number = noAck ? 0 : self.hold(**result);
                if (*isEnded) // nobody waits for it any more
                    return self.giveBack({number});
                done(Fetched(FetchedMessage{number, decoded(std::move(**result))}));
            };
            port->get(queue, noAck, port.guard<std::optional<IncomingMessage>>(take));
        },
        [isEnded, answer = std::move(answer)](Result<Fetched> result) {
            *isEnded = true;
            answer(std::move(result));
        });
}

void EngineChannel::linkDown()
{
    closePort();
}

void EngineChannel::release()
{
    m_isReleased = true;
    engine().flushLater(this);
}

void EngineChannel::heldNothing()
{
    if (m_isReleased && !engine().requests().hasOwner(id()))
        engine().removeChannel(id());
}

void EngineChannel::abandonedOne(int) { }
void EngineChannel::broadcastReleased(qint64) { }

void EngineChannel::delivered(std::vector<IncomingMessage> &&) { }
void EngineChannel::published(std::vector<PublishOutcome> &&) { }

void EngineChannel::settledTooLate(quint64 delivery)
{
    tooLate(delivery);
}

void EngineChannel::consumerCancelled(quint64, const Error &) { }

void EngineChannel::channelClosed(const Error &why)
{
    closePort();
    engine().requests().failOwner(id(), why);
}

} // namespace Qombu
