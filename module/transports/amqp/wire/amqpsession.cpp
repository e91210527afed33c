// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/amqpsession.h"

#include "transports/amqp/wire/amqperror.h"
#include "transports/amqp/wire/amqptext.h"

#include <QtEndian>

#include <algorithm>

namespace Qombu::Amqp {

namespace {

double seconds(std::chrono::nanoseconds time)
{
    return std::chrono::duration<double>(time).count();
}

Error channelIsNotOpen(quint16 channel)
{
    return Error(Error::Channel, Text::tr("Channel %1 is not open").arg(channel))
        .withReplyCode(ChannelErrorCode)
        .withRecoverable(true);
}

} // namespace

AmqpSession::AmqpSession(SessionSettings settings)
    : m_settings(std::move(settings))
    , m_handshake(m_settings)
    , m_channelProtocol(m_channels, m_methods, m_settings.maximumMessageBytes, m_output)
{
    m_splitter.setFrameMax(std::max(m_settings.frameMax, LeastFrameMax));
    m_channels.setPatience(m_settings.replyTimeout);
}

void AmqpSession::start(TimePoint now)
{
    m_state = Greeting;
    m_handshake.start(m_output);
    m_channels.expect(0, {MethodId::ConnectionOpen, MethodId::ConnectionOpenOk, now});
}

Step AmqpSession::feed(QByteArrayView bytes, TimePoint now)
{
    Step step;
    if (m_state == Fresh || m_state == Finished)
        return step;
    m_now = now;
    m_heartbeat.read(now);
    const qsizetype outputBefore = m_output.size();
    m_splitter.feed(bytes);
    while (m_state != Finished) {
        const auto frame = m_splitter.next();
        if (!frame)
            break;
        handle(*frame, step);
    }
    if (m_state != Finished && m_splitter.error().isError())
        fail(step, m_splitter.error());
    m_splitter.feed({});
    if (m_output.size() > outputBefore)
        m_heartbeat.wrote(now);
    return step;
}

Step AmqpSession::tick(TimePoint now)
{
    Step step;
    if (m_state == Fresh || m_state == Finished)
        return step;
    m_now = now;
    if (m_heartbeat.isDead(now)) {
        finish(step,
               Error(Error::Connection,
                     Text::tr("Nothing was heard from the broker for %1 seconds, which is two "
                              "heartbeats")
                         .arg(seconds(m_heartbeat.interval() * 2)))
                   .withRecoverable(true));
        return step;
    }
    if (m_heartbeat.mustSend(now)) {
        appendFrame(m_output, Frame::Heartbeat, 0, {});
        m_heartbeat.wrote(now);
    }
    for (auto late = m_channels.overdue(now); late && m_state != Finished;
         late = m_channels.overdue(now))
        giveUp(*late, step);
    const auto slowSince = m_channels.slowSince();
    if (m_state == Running && slowSince && m_heartbeat.lastRead() < *slowSince)
        probe();
    return step;
}

// What a channel is asked for may wait for another node of a cluster: as long as the broker itself
// is heard, only that channel is given up. It hears our close when it comes to it.
void AmqpSession::giveUp(const OverdueRequest &late, Step &step)
{
    SessionChannel *channel = m_channels.find(late.channel);
    const bool isAlone = m_state == Running && channel && channel->state != SessionChannel::Opening
        && m_heartbeat.lastRead() >= late.half;
    const QString method = m_state == Greeting ? m_handshake.awaited() : methodName(late.method);
    const Error why = Error(Error::Timeout,
                            Text::tr("The broker has not answered %1 for %2 seconds")
                                .arg(method)
                                .arg(seconds(m_settings.replyTimeout)))
                          .withRecoverable(true);
    if (!isAlone)
        return finish(step, why);
    channel->assembly.drop();
    if (channel->state != SessionChannel::Closing)
        channel->abandoned = channel->requests.front();
    m_channels.dropRequests(*channel);
    if (std::exchange(channel->state, SessionChannel::Closing) == SessionChannel::Closing)
        return;
    write(late.channel, channelClose());
    SessionEvent event =
        SessionEvent::of(SessionEvent::ChannelClosed, late.channel, MethodId::ChannelClose);
    event.why = why;
    step.events.push_back(std::move(event));
}

// Whoever answers slowly is asked something easy: another channel.
void AmqpSession::probe()
{
    if (m_probe != 0)
        return;
    m_probe = m_channels.add();
    if (m_probe != 0)
        request(m_probe, channelOpen());
}

std::optional<TimePoint> AmqpSession::nextDeadline() const
{
    if (m_state == Fresh || m_state == Finished)
        return std::nullopt;
    const auto reply = m_channels.nextDeadline();
    const auto heartbeat = m_heartbeat.nextDeadline();
    if (!reply || !heartbeat)
        return reply ? reply : heartbeat;
    return std::min(*reply, *heartbeat);
}

Error AmqpSession::endOfStream() const
{
    return m_handshake.endOfStream();
}

void AmqpSession::setListening(bool on, TimePoint now)
{
    m_heartbeat.setListening(on, now);
    m_channels.setListening(on, now);
}

quint16 AmqpSession::openChannel(TimePoint now)
{
    if (m_state != Running)
        return 0;
    m_now = now;
    const quint16 number = m_channels.add();
    if (number > 0)
        request(number, channelOpen());
    return number;
}

void AmqpSession::closeChannel(quint16 number, TimePoint now)
{
    SessionChannel *channel = m_channels.find(number);
    if (m_state != Running || !channel || channel->state == SessionChannel::Closing)
        return;
    m_now = now;
    // What was asked before it is not waited for.
    channel->state = SessionChannel::Closing;
    channel->assembly.drop();
    m_channels.dropRequests(*channel);
    request(number, channelClose());
}

void AmqpSession::releaseChannel(quint16 number)
{
    if (!m_channels.find(number))
        m_channels.release(number);
}

Error AmqpSession::send(quint16 number, const Method &method, TimePoint now)
{
    const SessionChannel *channel = m_channels.find(number);
    if (m_state != Running || !channel || channel->state == SessionChannel::Closing)
        return channelIsNotOpen(number);
    const qsizetype bytes = method.arguments.size() + 4 + FrameExtraBytes;
    if (bytes > qsizetype(frameMax()))
        return Error(Error::LimitExceeded,
                     Text::tr("The arguments of %1 do not fit into a frame of %2 bytes")
                         .arg(methodName(method.id))
                         .arg(frameMax()));
    m_now = now;
    if (method.answer != 0)
        request(number, method);
    else
        write(number, method);
    return {};
}

Error AmqpSession::publish(quint16 number, const PublishTarget &target,
                           const MessageContent &content, TimePoint now)
{
    const SessionChannel *channel = m_channels.find(number);
    if (m_state != Running || !channel || channel->state == SessionChannel::Closing)
        return channelIsNotOpen(number);
    m_heartbeat.wrote(now);
    return m_publisher.append(m_output, number, target, content, frameMax());
}

void AmqpSession::close(TimePoint now)
{
    if (m_state != Running)
        return;
    m_now = now;
    m_state = Closing;
    m_channels.dropRequests();
    m_channels.setBlocked(false, now); // nothing waits for ever, not even for such a broker
    request(0, connectionClose(200, QString()));
}

void AmqpSession::updateSecret(const QString &secret, TimePoint now)
{
    if (m_state != Running)
        return;
    m_now = now;
    request(0, connectionUpdateSecret(secret, QStringLiteral("renewed")));
}

void AmqpSession::handle(const Frame &frame, Step &step)
{
    switch (frame.type) {
    case Frame::Method:
        return handleMethod(frame, step);
    case Frame::Header:
    case Frame::Body:
        return handleContent(frame, step);
    case Frame::Heartbeat: // §4.2.7: on channel 0, without anything in it
        if (frame.channel != 0 || !frame.payload.isEmpty())
            fail(step,
                 protocolError(FrameErrorCode, Text::tr("The broker sent a malformed heartbeat")));
    }
}

void AmqpSession::handleMethod(const Frame &frame, Step &step)
{
    constexpr qsizetype idBytes = 4;
    if (frame.payload.size() < idBytes)
        return fail(
            step,
            protocolError(SyntaxErrorCode, Text::tr("The broker sent a frame without a method")));
    const quint32 id = qFromBigEndian<quint32>(frame.payload.data());
    const QByteArrayView arguments = frame.payload.sliced(idBytes);
    if (frame.channel == 0)
        return handleConnection(id, arguments, step);
    if (m_state == Closing) // it came across our close
        return;
    const Error error = m_state == Running
        ? m_channelProtocol.takeMethod(frame.channel, id, arguments, m_now, step)
        : unexpectedMethod(id, frame.channel);
    if (frame.channel == m_probe && m_channels.find(std::exchange(m_probe, 0)))
        closeChannel(frame.channel, m_now);
    if (error.isError())
        fail(step, error, id);
}

void AmqpSession::handleContent(const Frame &frame, Step &step)
{
    if (m_state == Closing)
        return;
    const Error error =
        m_state == Running ? m_channelProtocol.takeContent(frame, step) : unexpectedContent();
    if (error.isError())
        fail(step, error);
}

void AmqpSession::handleConnection(quint32 id, QByteArrayView arguments, Step &step)
{
    const auto method = m_methods.read(id, arguments);
    if (!method)
        return fail(step, method.error(), id);
    if (id == MethodId::ConnectionClose && m_handshake.mayClose())
        return connectionClosed(std::get<CloseMethod>(*method), step);
    if (m_state == Greeting)
        return greet(id, *method, step);
    if (m_state == Closing) { // whatever else comes crossed our close
        if (id == MethodId::ConnectionCloseOk) {
            step.events.push_back(SessionEvent::of(SessionEvent::Closed, 0, id));
            m_state = Finished;
        }
        return;
    }
    if (id == MethodId::ConnectionBlocked) {
        SessionEvent event = SessionEvent::of(SessionEvent::Blocked, 0, id);
        event.name = std::get<BlockedMethod>(*method).reason;
        m_channels.setBlocked(true, m_now);
        step.events.push_back(std::move(event));
    } else if (id == MethodId::ConnectionUnblocked) {
        m_channels.setBlocked(false, m_now);
        step.events.push_back(SessionEvent::of(SessionEvent::Unblocked, 0, id));
    } else if (id == MethodId::ConnectionUpdateSecretOk
               && m_channels.answered(m_channels.connection(), id, m_now)) {
        step.events.push_back(SessionEvent::of(SessionEvent::SecretUpdated, 0, id));
    } else {
        fail(step, unexpectedMethod(id, 0), id);
    }
}

void AmqpSession::greet(quint32 id, const ServerMethod &method, Step &step)
{
    const qsizetype before = m_output.size();
    const Error error = m_handshake.take(id, method, m_output);
    if (error.isError()) {
        m_output.resize(before);
        return fail(step, error, id);
    }
    if (m_handshake.isDone())
        becomeReady(step);
}

void AmqpSession::becomeReady(Step &step)
{
    const TuneMethod &agreed = m_handshake.agreed();
    m_channels.answered(m_channels.connection(), MethodId::ConnectionOpenOk, m_now);
    m_channels.setMost(agreed.channelMax);
    m_splitter.setFrameMax(agreed.frameMax);
    m_heartbeat.start(std::chrono::seconds(agreed.heartbeatSeconds), m_now);
    m_serverCan = ServerCapabilities::of(m_handshake.serverProperties());
    m_state = Running;
    step.events.push_back(SessionEvent::of(SessionEvent::Ready, 0, MethodId::ConnectionOpenOk));
}

void AmqpSession::connectionClosed(const CloseMethod &close, Step &step)
{
    write(0, connectionCloseOk());
    if (m_state == Closing) { // both at once: it is closed all the same
        step.events.push_back(SessionEvent::of(SessionEvent::Closed, 0, MethodId::ConnectionClose));
        m_state = Finished;
    } else if (m_state == Greeting) {
        finish(step, loginError(close.code, close.text, m_settings.user, m_settings.virtualHost));
    } else { // which worked: it may again
        const Error why = connectionError(close.code, close.text, close.failed);
        blame(close, step);
        finish(step,
               Error(Error::Connection, why.text())
                   .withReplyCode(close.code)
                   .withWhere(why.where())
                   .withRecoverable(true));
    }
}

// Whoever asked what alone can have been meant hears it at once; the owner keeps the others in
// mind.
void AmqpSession::blame(const CloseMethod &close, Step &step)
{
    if (close.code < FrameErrorCode)
        return; // an operator, or the end of the broker
    if (close.text.contains(QLatin1String("number of channels opened"))) { // RabbitMQ, of a user
        m_mostChannelsSeen = std::max<quint16>(m_channels.count(), 2) - 1;
        return;
    }
    const bool isForNow = close.text.contains(QLatin1String("timeout"));
    m_whyBlamed = connectionError(close.code, close.text, close.failed).withRecoverable(isForNow);
    const auto suspects = m_channels.suspects(close.failed, m_whyBlamed.where());
    for (const SuspectRequest &suspect : suspects)
        m_blamed.push_back(
            {suspect.request.method, suspect.request.arguments, suspect.request.answer});
    if (suspects.size() != 1 || !suspects.front().isOldest)
        return;
    SessionEvent event = SessionEvent::of(SessionEvent::ChannelClosed, suspects.front().channel,
                                          MethodId::ConnectionClose);
    event.why = m_whyBlamed;
    step.events.push_back(std::move(event));
}

void AmqpSession::request(quint16 channel, const Method &method)
{
    write(channel, method);
    m_channels.expect(channel, {method.id, method.answer, m_now, method.arguments});
}

void AmqpSession::write(quint16 channel, const Method &method)
{
    appendMethodFrame(m_output, channel, method.id, method.arguments);
    m_heartbeat.wrote(m_now);
}

// A peer that speaks AMQP is told why, AMQP 0-9-1 §2.2.4. Who once worked may work again.
void AmqpSession::fail(Step &step, const Error &error, quint32 failed)
{
    const bool hasWorked = m_state == Running || m_state == Closing;
    if (m_state != Closing && m_handshake.mayClose() && error.replyCode() > 0)
        write(0, connectionClose(quint16(error.replyCode()), error.text(), failed));
    finish(step, error.withRecoverable(hasWorked));
}

void AmqpSession::finish(Step &step, const Error &error)
{
    step.fatal = error;
    m_state = Finished;
}

} // namespace Qombu::Amqp
