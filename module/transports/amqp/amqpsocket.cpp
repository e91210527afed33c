// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/amqpsocket.h"

#include "core/whilealive_p.h"
#include "transports/amqp/wire/amqptext.h"

#include <algorithm>

namespace Qombu::Amqp {

namespace {

// So much is given to the kernel before the turn ends: the broker begins with it meanwhile, and no
// buffer becomes as large as all that is published in a turn.
constexpr qsizetype MuchOutput = 64 * 1024;

} // namespace

Error withoutConnection()
{
    return Error(Error::Connection, Text::tr("There is no connection to the broker"))
        .withRecoverable(true);
}

Error withoutChannel()
{
    return Error(Error::LimitExceeded, Text::tr("The broker allows no more channels"))
        .withRecoverable(true);
}

ChannelListener::~ChannelListener() = default;
AmqpSocketListener::~AmqpSocketListener() = default;

AmqpSocket::AmqpSocket(Hub *hub, const AmqpLinkSettings &settings, AmqpSocketListener *listener)
    : m_hub(hub)
    , m_listener(listener)
    , m_session(settings.session)
    , m_stream(settings.makeStream(hub, this))
    , m_connectTimeout(settings.connectTimeout)
{
}

AmqpSocket::~AmqpSocket() = default;

void AmqpSocket::open()
{
    m_stream->open(); // whose own deadline comes first, and knows more
    m_connectTimer = m_hub->callLater(m_connectTimeout, [this] {
        fail(Error(Error::Timeout, Text::tr("The broker did not let us in in time"))
                 .withRecoverable(true));
    });
}

void AmqpSocket::close()
{
    if (m_failed)
        return;
    m_channels.clear();
    holdReading(-m_readingHolds);
    if (m_session.isReady()) {
        m_session.close(m_hub->now());
        return flushAtTurnEnd();
    }
    finish();
    m_listener->socketClosed();
}

quint16 AmqpSocket::openChannel(ChannelListener *listener)
{
    const quint16 channel = m_failed ? 0 : m_session.openChannel(m_hub->now());
    if (channel == 0)
        return 0;
    if (channel >= m_channels.size())
        m_channels.resize(channel + 1u);
    m_channels[channel] = listener;
    flushAtTurnEnd();
    return channel;
}

void AmqpSocket::closeChannel(quint16 channel)
{
    if (channel >= m_channels.size() || !std::exchange(m_channels[channel], nullptr) || m_failed)
        return;
    m_session.closeChannel(channel, m_hub->now());
    flushAtTurnEnd();
}

Error AmqpSocket::send(quint16 channel, const Method &method)
{
    if (m_failed)
        return withoutConnection();
    const Error error = m_session.send(channel, method, m_hub->now());
    flushSoon();
    return error;
}

Error AmqpSocket::publish(quint16 channel, const PublishTarget &target,
                          const MessageContent &content)
{
    if (m_failed)
        return withoutConnection();
    const Error error = m_session.publish(channel, target, content, m_hub->now());
    flushSoon();
    return error;
}

void AmqpSocket::updateSecret(const QString &secret)
{
    m_session.updateSecret(secret, m_hub->now());
    flushAtTurnEnd();
}

void AmqpSocket::holdReading(int change)
{
    const bool wasReading = m_readingHolds == 0;
    m_readingHolds += change;
    const bool isReading = m_readingHolds == 0;
    if (isReading == wasReading || !m_stream)
        return;
    m_session.setListening(isReading, m_hub->now());
    m_stream->setReading(isReading);
    flushAtTurnEnd(); // deadlines have moved
}

void AmqpSocket::flushSoon()
{
    flushAtTurnEnd();
    if (m_session.outputBytes() >= MuchOutput)
        flush();
}

void AmqpSocket::flushAtTurnEnd()
{
    if (std::exchange(m_flushScheduled, true))
        return;
    m_hub->callAtTurnEnd(whileAlive(m_alive, [this] {
        m_flushScheduled = false;
        flush();
        tellWritten();
    }));
}

void AmqpSocket::flush()
{
    if (!m_isConnected || m_failed)
        return;
    if (const QByteArray bytes = m_session.takeOutput(); !bytes.isEmpty()) {
        m_taken += bytes.size();
        m_stream->write(bytes);
    }
    arm();
}

void AmqpSocket::tellWritten()
{
    const qint64 written = writtenBytes();
    if (!m_failed && m_session.isReady() && std::exchange(m_toldWritten, written) < written)
        m_listener->socketWritten();
}

// Deadlines move with every request and every frame; the timer only when it would be late.
void AmqpSocket::arm()
{
    const auto deadline = m_session.nextDeadline();
    if (!deadline || (m_armedFor && *m_armedFor <= *deadline))
        return;
    m_armedFor = deadline;
    m_deadlineTimer = m_hub->callAt(*deadline, [this, deadline] { tick(*deadline); });
}

// Whoever comes late, because somebody kept the loop busy, first reads what may have come
// meanwhile.
void AmqpSocket::tick(Hub::TimePoint deadline)
{
    constexpr auto late = std::chrono::milliseconds(50);
    const auto now = m_hub->now();
    if (now >= deadline + late) {
        m_deadlineTimer = m_hub->callLater(late / 5, [this] { tick(m_hub->now()); });
        return;
    }
    m_armedFor.reset();
    if (apply(m_session.tick(now)))
        flush();
}

void AmqpSocket::streamOpened()
{
    m_isConnected = true;
    m_session.start(m_hub->now());
    flush();
}

void AmqpSocket::streamReceived(QByteArrayView bytes)
{
    if (apply(m_session.feed(bytes, m_hub->now())))
        flushAtTurnEnd(); // what the session has to say by itself
}

// A broker that closes the socket in the middle of a login means something by it, unless it said
// what.
void AmqpSocket::streamFailed(const Error &error)
{
    const bool isSilent = m_isConnected && error.kind() == Error::Connection;
    const Error meaning = isSilent ? m_session.endOfStream() : Error();
    fail(meaning.isError() ? meaning : error);
}

bool AmqpSocket::apply(Step &&step)
{
    const std::weak_ptr<bool> alive = m_alive;
    const auto end = step.events.end();
    for (auto first = step.events.begin(); first != end;) {
        auto last = std::next(first);
        if (first->channel == 0) {
            tell(*first);
        } else {
            last = std::find_if(last, end, [&](const SessionEvent &event) {
                return event.channel != first->channel;
            });
            tellChannel({first, last});
        }
        if (alive.expired() || m_failed)
            return false;
        first = last;
    }
    if (step.fatal.isError())
        fail(step.fatal);
    return !alive.expired() && !m_failed;
}

void AmqpSocket::tell(const SessionEvent &event)
{
    switch (event.type) {
    case SessionEvent::Ready:
        m_connectTimer.cancel();
        m_listener->socketReady();
        break;
    case SessionEvent::Blocked:
        m_listener->socketBlocked(event.name);
        break;
    case SessionEvent::Unblocked:
        m_listener->socketUnblocked();
        break;
    case SessionEvent::SecretUpdated:
        m_listener->secretUpdated();
        break;
    case SessionEvent::Closed:
        finish();
        m_listener->socketClosed();
        break;
    default:
        break;
    }
}

void AmqpSocket::tellChannel(std::span<SessionEvent> events)
{
    const quint16 channel = events.front().channel;
    const SessionEvent::Type last = events.back().type;
    if (last == SessionEvent::ChannelClosed || last == SessionEvent::ChannelEnded)
        m_session.releaseChannel(channel);
    if (channel >= m_channels.size() || !m_channels[channel])
        return; // it was closed by us
    ChannelListener *const listener = m_channels[channel];
    if (last == SessionEvent::ChannelClosed)
        m_channels[channel] = nullptr;
    listener->channelEvents(events);
}

void AmqpSocket::fail(const Error &error)
{
    if (m_failed)
        return;
    finish();
    m_listener->socketFailed(error);
}

// The broker still hears why.
void AmqpSocket::finish()
{
    flush();
    m_failed = true;
    m_connectTimer.cancel();
    m_deadlineTimer.cancel();
    m_unwritten = m_stream ? m_stream->bytesToWrite() : 0;
    m_stream.reset();
    m_channels.clear();
}

} // namespace Qombu::Amqp
