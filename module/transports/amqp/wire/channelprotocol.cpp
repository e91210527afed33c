// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/channelprotocol.h"

#include "transports/amqp/wire/amqperror.h"
#include "transports/amqp/wire/amqptext.h"
#include "transports/amqp/wire/method.h"
#include "transports/amqp/wire/methodids.h"

namespace Qombu::Amqp {

ChannelProtocol::ChannelProtocol(SessionChannels &channels, MethodReader &methods,
                                 qint64 mostMessageBytes, QByteArray &output)
    : m_channels(channels)
    , m_methods(methods)
    , m_room(channels.room())
    , m_output(output)
{
    m_room.mostOfOne = mostMessageBytes;
    m_room.most = 2 * mostMessageBytes;
}

Error ChannelProtocol::takeMethod(quint16 number, quint32 id, QByteArrayView arguments,
                                  TimePoint now, Step &step)
{
    m_now = now;
    SessionChannel *channel = m_channels.find(number);
    const bool isEcho = m_channels.mayEcho(number) && id != MethodId::ChannelOpenOk
        && (!channel || id != MethodId::ChannelClose);
    if (isEcho)
        return {};
    if (!channel)
        return protocolError(ChannelErrorCode,
                             Text::tr("The broker sent %1 on channel %2, which is not open")
                                 .arg(methodName(id))
                                 .arg(number));
    if (channel->state == SessionChannel::Closing) {
        closing(number, id, step);
        return {};
    }
    if (!channel->assembly.isIdle())
        return protocolError(
            UnexpectedFrameCode,
            Text::tr("The broker sent %1 in the middle of a message").arg(methodName(id)));
    auto method = m_methods.read(id, arguments);
    if (!method)
        return method.error();
    if (id == MethodId::ChannelClose)
        return closed(number, std::get<CloseMethod>(*method), step), Error();
    if (channel->state == SessionChannel::Opening)
        return opening(number, *channel, id, step);
    if (auto *delivered = std::get_if<ContentMethod>(&*method))
        return content(number, *channel, id, std::move(*delivered));
    if (const auto *confirm = std::get_if<ConfirmMethod>(&*method))
        return confirmed(number, id, *confirm, step), Error();
    if (id == MethodId::BasicCancel)
        return cancelled(number, std::get<TagMethod>(*method), step), Error();
    if (id == MethodId::ChannelFlow)
        return flow(number, std::get<FlowMethod>(*method), step), Error();
    return answer(number, *channel, id, *method, step);
}

Error ChannelProtocol::takeContent(const Frame &frame, Step &step)
{
    SessionChannel *channel = m_channels.find(frame.channel);
    if (frame.channel == 0)
        return unexpectedContent();
    if (m_channels.mayEcho(frame.channel))
        return {};
    if (!channel)
        return protocolError(ChannelErrorCode,
                             Text::tr("The broker sent content on channel %1, which is not open")
                                 .arg(frame.channel));
    if (channel->state == SessionChannel::Closing)
        return {};
    ContentAssembly &assembly = channel->assembly;
    const Error error = frame.type == Frame::Header ? assembly.addHeader(frame, m_headers, m_room)
                                                    : assembly.addBody(frame.payload);
    if (!error.isError() && assembly.isComplete())
        step.events.push_back(assembly.take());
    return error;
}

// Everything but close and close-ok was sent before the broker saw our close. When both close at
// once, each still answers.
void ChannelProtocol::closing(quint16 number, quint32 id, Step &step)
{
    if (id == MethodId::ChannelClose) {
        write(number, channelCloseOk());
    } else if (id == MethodId::ChannelCloseOk) {
        m_channels.remove(number);
        step.events.push_back(SessionEvent::of(SessionEvent::ChannelEnded, number, id));
    }
}

Error ChannelProtocol::opening(quint16 number, SessionChannel &channel, quint32 id, Step &step)
{
    if (id != MethodId::ChannelOpenOk || !m_channels.answered(channel, id, m_now))
        return unexpectedAnswer(id, number, SessionChannels::awaited(channel));
    m_channels.setOpen(number);
    step.events.push_back(SessionEvent::of(SessionEvent::ChannelOpened, number, id));
    return {};
}

void ChannelProtocol::closed(quint16 number, const CloseMethod &close, Step &step)
{
    write(number, channelCloseOk());
    m_channels.remove(number, true);
    SessionEvent event =
        SessionEvent::of(SessionEvent::ChannelClosed, number, MethodId::ChannelClose);
    event.why = channelError(close.code, close.text, close.failed);
    event.refused = close.failed;
    step.events.push_back(std::move(event));
}

void ChannelProtocol::confirmed(quint16 number, quint32 id, const ConfirmMethod &confirm,
                                Step &step)
{
    SessionEvent event = SessionEvent::of(
        id == MethodId::BasicAck ? SessionEvent::Acked : SessionEvent::Nacked, number, id);
    event.number = confirm.number;
    event.multiple = confirm.multiple;
    step.events.push_back(std::move(event));
}

void ChannelProtocol::cancelled(quint16 number, const TagMethod &cancel, Step &step)
{
    if (!cancel.noWait)
        write(number, basicCancelOk(cancel.tag));
    SessionEvent event =
        SessionEvent::of(SessionEvent::ConsumerCancelled, number, MethodId::BasicCancel);
    event.tag = cancel.tag;
    step.events.push_back(std::move(event));
}

// What was published before is under way all the same. RabbitMQ does not ask: it stops reading.
void ChannelProtocol::flow(quint16 number, const FlowMethod &flow, Step &step)
{
    write(number, channelFlowOk(flow.isActive));
    SessionEvent event = SessionEvent::of(SessionEvent::Flow, number, MethodId::ChannelFlow);
    event.isActive = flow.isActive;
    step.events.push_back(std::move(event));
}

Error ChannelProtocol::content(quint16 number, SessionChannel &channel, quint32 id,
                               ContentMethod &&method)
{
    if (id == MethodId::BasicGetOk && !m_channels.answered(channel, id, m_now))
        return unexpectedAnswer(id, number, SessionChannels::awaited(channel));
    channel.assembly.begin(number, id, std::move(method));
    return {};
}

Error ChannelProtocol::answer(quint16 number, SessionChannel &channel, quint32 id,
                              const ServerMethod &method, Step &step)
{
    if (!m_channels.answered(channel, id, m_now))
        return unexpectedAnswer(id, number, SessionChannels::awaited(channel));
    SessionEvent event = SessionEvent::of(SessionEvent::Answer, number, id);
    if (const auto *count = std::get_if<CountMethod>(&method)) {
        event.name = count->queue;
        event.messageCount = count->messages;
        event.consumerCount = count->consumers;
    } else if (const auto *tag = std::get_if<TagMethod>(&method)) {
        event.tag = tag->tag;
    }
    step.events.push_back(std::move(event));
    return {};
}

void ChannelProtocol::write(quint16 number, const Method &method)
{
    appendMethodFrame(m_output, number, method.id, method.arguments);
}

} // namespace Qombu::Amqp
