// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/consuming/settlingchannel.h"

#include "transports/amqp/wire/amqptext.h"
#include "transports/amqp/wire/methodids.h"

#include <algorithm>

namespace Qombu::Amqp {

SettlingChannel::SettlingChannel(std::shared_ptr<AmqpPlace> place)
    : m_place(std::move(place))
{
    m_place->channels.push_back(this);
}

SettlingChannel::~SettlingChannel()
{
    std::erase(m_place->channels, this);
    if (!m_place->socket)
        keepPlaces();
    if (!m_channel || !m_place->socket)
        return;
    sendEndings();
    m_place->socket->closeChannel(m_channel);
}

Error SettlingChannel::ask(const Method &method, Answered answered, const QByteArray &tag)
{
    if (!m_place->socket)
        return withoutConnection();
    FatalRequests &fatal = *m_place->fatal;
    if (Error why = fatal.refusalOf(method, m_place->hub->now()); why.isError())
        return why;
    if (fatal.isSuspect(method))
        answered = [place = m_place, method, passage = fatal.passage(),
                    answered = std::move(answered)](const Result<SessionEvent> &answer) {
            if (answer.isOk())
                place->fatal->answered(method);
            else
                place->fatal->refused(method);
            answered(answer);
        };
    if (m_channel == 0)
        m_channel = m_place->socket->openChannel(this);
    if (m_channel == 0)
        return withoutChannel();
    const Error error = m_place->socket->send(m_channel, method);
    if (!error.isError())
        m_requests.push_back({method.answer, tag, std::move(answered)});
    return error;
}

// A stream keeps what was read. There an acknowledgement only makes room for more, and RabbitMQ
// ends the connection of whoever says anything else. Elsewhere it would lose the message.
bool SettlingChannel::end(quint64 tag, Ending ending)
{
    const auto stream = m_streams.empty() ? m_streams.end() : m_streams.find(m_open.queueOf(tag));
    if (stream == m_streams.end())
        return m_open.end(tag, ending);
    Offsets &of = stream->second;
    if (ending != Ending::Release) // else nobody has had it
        of.offsets.end(tag);
    if (!of.isSure && ending != Ending::Ack) {
        m_undecided.emplace_back(tag, ending);
        return false;
    }
    if (of.isSure && ending != Ending::Release)
        m_place->streams->set(m_consumer, of.name, of.offsets.next());
    return m_open.end(tag, Ending::Ack);
}

SettlingChannel::Stream SettlingChannel::streamKind(quint16 queue) const
{
    const auto stream = m_streams.find(queue);
    if (stream == m_streams.end())
        return Stream::No;
    return stream->second.isSure ? Stream::Yes : Stream::Maybe;
}

void SettlingChannel::addToStream(quint16 queue, const QString &name, quint64 tag, qint64 offset)
{
    Offsets &of = m_streams[queue];
    of.name = name;
    of.offsets.add(tag, offset);
    if (of.isSure)
        m_place->streams->set(m_consumer, name, of.offsets.next());
}

void SettlingChannel::decideStream(quint16 queue, Stream kind)
{
    if (kind == Stream::Yes) {
        Offsets &of = m_streams[queue];
        of.isSure = true;
        m_place->streams->set(m_consumer, of.name, of.offsets.next());
    } else {
        m_streams.erase(queue);
    }
    for (const auto &[tag, ending] : std::exchange(m_undecided, {}))
        end(tag, ending);
    sendEndings();
}

void SettlingChannel::sendEndings()
{
    if (!m_open.hasEnded() || !m_channel || !m_place->socket)
        return;
    const bool hasNack = m_place->socket->session().serverCan().nack;
    for (const Method &method : m_open.takeMethods(hasNack))
        m_place->socket->send(m_channel, method);
}

// A link that ends in a callback has no place for what came behind.
void SettlingChannel::channelEvents(std::span<SessionEvent> events)
{
    const auto self = shared_from_this();
    for (SessionEvent &event : events) {
        switch (event.type) {
        case SessionEvent::Delivered:
            delivered(std::move(event));
            break;
        case SessionEvent::Answer:
        case SessionEvent::Fetched:
            answered(std::move(event));
            break;
        case SessionEvent::ConsumerCancelled:
            cancelledByBroker(event.tag);
            break;
        case SessionEvent::ChannelClosed:
            m_channel = 0;
            return closed(event.why);
        default:
            break;
        }
        if (!m_place->socket)
            return;
    }
    arrived();
    sendEndings();
}

// Who consumes or cancels is answered when its queue comes to it, and so out of order.
void SettlingChannel::answered(SessionEvent &&event)
{
    const quint32 answer =
        event.method == MethodId::BasicGetEmpty ? quint32(MethodId::BasicGetOk) : event.method;
    const auto request = std::ranges::find_if(m_requests, [&](const Request &open) {
        return open.answer == answer && (open.tag.isEmpty() || open.tag == event.tag);
    });
    if (request == m_requests.end())
        return;
    const Answered done = std::move(request->answered);
    m_requests.erase(request);
    done(std::move(event));
}

IncomingMessage SettlingChannel::incoming(SessionEvent &&event, const QString &name, quint16 queue,
                                          bool noAck)
{
    IncomingMessage message;
    message.queue = name;
    message.content = std::move(event.content);
    message.error = std::move(event.why);
    if (!noAck) {
        message.delivery = m_place->numbers->take();
        m_open.add(event.number, {message.delivery, queue});
        m_place->held.add(message.delivery, Held{shared_from_this(), event.number});
    }
    return message;
}

void SettlingChannel::turnAway(quint64 tag, quint16 queue)
{
    m_open.add(tag, {0, queue});
    end(tag, Ending::Release);
}

std::vector<OpenDelivery> SettlingChannel::loseOpen()
{
    keepPlaces();
    m_undecided.clear();
    std::vector<OpenDelivery> open = m_open.takeAll();
    std::erase_if(open, [this](const OpenDelivery &delivery) {
        return !m_place->held.take(delivery.number);
    });
    return open;
}

// Of what may be a stream: else one would go on behind what comes meanwhile. Where it is none the
// next consumer is refused with its place, and begins without.
void SettlingChannel::keepPlaces()
{
    for (const auto &[queue, of] : std::exchange(m_streams, {})) {
        if (!of.isSure)
            m_place->streams->set(m_consumer, of.name, of.offsets.next());
    }
}

void SettlingChannel::refuseRequests(const Error &why)
{
    for (const Request &request : std::exchange(m_requests, {}))
        request.answered(why);
}

} // namespace Qombu::Amqp
