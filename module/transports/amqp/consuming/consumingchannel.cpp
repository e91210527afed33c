// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/consuming/consumingchannel.h"

#include "transports/amqp/wire/amqptext.h"

#include <algorithm>

namespace Qombu::Amqp {

namespace {

Error cancelledError(const QString &queue)
{
    return Error(Error::NotFound,
                 Text::tr("The broker ended the consumer: the queue “%1” was deleted, or cannot be "
                          "reached now")
                     .arg(queue))
        .withWhere(QStringLiteral("queue/") + queue);
}

} // namespace

ConsumingChannel::ConsumingChannel(std::shared_ptr<AmqpPlace> place, DeliveryListener *listener)
    : m_place(std::move(place))
    , m_listener(listener)
{
}

ConsumingChannel::~ConsumingChannel()
{
    m_isPaused = false;
    m_arrived.clear();
    listen();
    if (m_channel && m_place->socket) {
        sendEndings();
        m_place->socket->closeChannel(m_channel);
    }
}

bool ConsumingChannel::ask(Result<Method> &&method, Answered answered)
{
    if (!method.isOk()) {
        answered(method.error());
        return false;
    }
    if (!m_place->socket) {
        if (!m_place->isGone)
            answered(withoutConnection());
        return false;
    }
    if (m_channel == 0)
        m_channel = m_place->socket->openChannel(this);
    const Error error = m_channel
        ? m_place->socket->send(m_channel, *method)
        : Error(Error::LimitExceeded, Text::tr("The broker allows no more channels"));
    if (error.isError()) {
        answered(error);
        return false;
    }
    m_requests.push_back(std::move(answered));
    return true;
}

void ConsumingChannel::get(const QString &queue, bool noAck,
                           Done<std::optional<IncomingMessage>> done)
{
    ask(basicGet(queue, noAck), [this, queue, noAck, done](const Result<SessionEvent> &answer) {
        if (!answer.isOk())
            return done(answer.error());
        if (answer->type != SessionEvent::Fetched)
            return done(std::optional<IncomingMessage>());
        done(std::optional(incoming(SessionEvent(*answer), queue, noAck)));
    });
}

// A broker counts what is unsettled for each of its consumers, which have one queue each.
int ConsumingChannel::windowOfEach() const
{
    return m_wish.noAck ? 0 : std::clamp(m_wish.count / int(m_wish.queues.size()), 1, 65535);
}

void ConsumingChannel::consume(const ConsumeRequest &request, Done<void> done)
{
    const auto self = shared_from_this(); // an answer may end it
    m_wish = request;
    m_consuming = std::move(done);
    m_unanswered = int(request.queues.size());
    if (!ask(basicQos(quint16(windowOfEach())), [](const Result<SessionEvent> &) {}))
        return subscribed(withoutConnection());
    for (int i = 0; i < request.queues.size(); ++i) {
        const QString suffix = i > 0 ? QStringLiteral(".%1").arg(i + 1) : QString();
        subscribe(request.queues[i].name(),
                  request.tag.isEmpty() ? QString() : request.tag + suffix,
                  [this](const Result<SessionEvent> &answer) { subscribed(answer.error()); });
    }
}

void ConsumingChannel::subscribe(const QString &queue, const QString &tag, Answered answered)
{
    Consume request;
    request.queue = queue;
    request.tag = tag;
    request.noAck = m_wish.noAck;
    request.exclusive = m_wish.exclusive;
    for (const Queue &wish : std::as_const(m_wish.queues)) {
        if (wish.name() == queue)
            request.arguments = wish.consumerArguments();
    }
    ask(basicConsume(request),
        [this, queue, answered = std::move(answered)](const Result<SessionEvent> &answer) {
            if (answer.isOk())
                m_subscriptions.push_back({queue, answer->tag, false});
            answered(answer);
        });
}

// Nothing is delivered before all its queues have answered: one that is refused ends them all, and
// what had come comes again.
void ConsumingChannel::subscribed(const Error &error)
{
    if (!m_consuming)
        return;
    if (error.isError()) {
        std::exchange(m_consuming, nullptr)(error);
    } else if (--m_unanswered == 0) {
        std::exchange(m_consuming, nullptr)({});
        deliver();
    }
}

// A broker lets a new window count for new consumers only (RabbitMQ). They come before the old ones
// go, so that nothing waits in between and a queue that lives by its consumers stays.
void ConsumingChannel::setWindow(int count, qint64 bytes)
{
    m_wish.count = count;
    m_wish.bytes = bytes;
    if (!m_wish.noAck && !m_wish.exclusive && !m_consuming && !m_subscriptions.empty())
        replaceSubscriptions();
}

void ConsumingChannel::replaceSubscriptions()
{
    if (!ask(basicQos(quint16(windowOfEach())), [](const Result<SessionEvent> &) {}))
        return;
    for (const Subscription &old : std::vector(m_subscriptions)) {
        if (old.isCancelled)
            continue;
        subscribe(old.queue, QString(), [this, tag = old.tag](const Result<SessionEvent> &answer) {
            if (answer.isOk())
                ask(basicCancel(QString::fromUtf8(tag)), [this, tag](const Result<SessionEvent> &) {
                    std::erase_if(m_subscriptions,
                                  [&](const Subscription &one) { return one.tag == tag; });
                });
        });
    }
}

void ConsumingChannel::setPaused(bool paused)
{
    m_isPaused = paused;
    if (!paused)
        deliver();
}

void ConsumingChannel::cancel(Done<void> done)
{
    const auto self = shared_from_this();
    auto open = std::make_shared<int>(1);
    const auto cancelled = [this, open, done](const Result<SessionEvent> &) {
        if (--*open > 0)
            return;
        m_subscriptions.clear();
        dropKept();
        done({});
    };
    for (Subscription &one : m_subscriptions) {
        if (std::exchange(one.isCancelled, true))
            continue;
        ++*open;
        ask(basicCancel(QString::fromUtf8(one.tag)), cancelled);
    }
    cancelled(SessionEvent());
}

// With acknowledgement they go back; without, the broker has forgotten them.
void ConsumingChannel::dropKept()
{
    if (m_wish.noAck) {
        m_isPaused = false;
        return deliver();
    }
    for (const IncomingMessage &message : std::exchange(m_arrived, {})) {
        if (const std::optional<Held> held = m_place->held.take(message.delivery))
            end(held->tag, Ending::Release);
    }
    m_arrivedBytes = 0;
    sendEndings();
}

void ConsumingChannel::leave()
{
    const auto self = shared_from_this();
    m_listener = nullptr;
    m_consuming = nullptr;
    m_requests.assign(m_requests.size(), [](const Result<SessionEvent> &) {});
    for (Subscription &one : m_subscriptions) {
        if (!std::exchange(one.isCancelled, true))
            ask(basicCancel(QString::fromUtf8(one.tag)), [](const Result<SessionEvent> &) {});
    }
    dropKept();
}

void ConsumingChannel::end(quint64 tag, Ending ending)
{
    m_open.end(tag, ending);
}

void ConsumingChannel::sendEndings()
{
    if (!m_channel || !m_place->socket)
        return;
    for (const Method &method : m_open.takeMethods())
        m_place->socket->send(m_channel, method);
}

void ConsumingChannel::channelEvents(std::span<SessionEvent> events)
{
    const auto self = shared_from_this();
    for (SessionEvent &event : events) {
        switch (event.type) {
        case SessionEvent::Delivered:
            delivered(std::move(event));
            break;
        case SessionEvent::Answer:
        case SessionEvent::Fetched: {
            if (m_requests.empty())
                break;
            const Answered answered = std::move(m_requests.front());
            m_requests.pop_front();
            answered(std::move(event));
            break;
        }
        case SessionEvent::ConsumerCancelled:
            cancelledByBroker(event.tag);
            break;
        case SessionEvent::ChannelClosed:
            return closed(event.why);
        default:
            break;
        }
        if (m_place->isGone)
            return;
    }
    deliver();
}

IncomingMessage ConsumingChannel::incoming(SessionEvent &&event, const QString &queue, bool noAck)
{
    IncomingMessage message;
    message.queue = queue;
    message.content = std::move(event.content);
    message.error = event.why;
    if (!noAck) {
        message.delivery = m_place->numbers->take();
        m_open.add(event.number, message.delivery);
        m_place->held.add(message.delivery, Held{shared_from_this(), event.number});
    }
    return message;
}

void ConsumingChannel::delivered(SessionEvent &&event)
{
    const auto one = std::ranges::find(m_subscriptions, event.tag, &Subscription::tag);
    if (!m_listener || one == m_subscriptions.end()) { // nobody waits for it any more
        if (!m_wish.noAck) {
            m_open.add(event.number, 0);
            end(event.number, Ending::Release);
            sendEndings();
        }
        return;
    }
    m_arrivedBytes += event.content->body.size();
    m_arrived.push_back(incoming(std::move(event), one->queue, m_wish.noAck));
}

void ConsumingChannel::deliver()
{
    if (m_listener && !m_isPaused && !m_consuming && !m_arrived.empty()) {
        m_arrivedBytes = 0;
        m_listener->delivered(std::exchange(m_arrived, {}));
    }
    listen();
}

// Without acknowledgement nothing but TCP stops a broker.
void ConsumingChannel::listen()
{
    const bool isFull = m_wish.noAck && !m_arrived.empty() && m_arrivedBytes >= m_wish.bytes;
    if (std::exchange(m_isDeaf, isFull) != isFull && m_place->socket)
        m_place->socket->holdReading(isFull ? 1 : -1);
}

void ConsumingChannel::cancelledByBroker(const QByteArray &tag)
{
    const auto one = std::ranges::find(m_subscriptions, tag, &Subscription::tag);
    if (one == m_subscriptions.end())
        return;
    const QString queue = one->queue;
    const bool wasCancelled = one->isCancelled;
    m_subscriptions.erase(one);
    deliver();
    if (m_listener && !wasCancelled)
        m_listener->consumerCancelled(queue, cancelledError(queue));
}

// The oldest request is the one that was refused; what had been delivered comes again.
void ConsumingChannel::closed(const Error &why)
{
    m_channel = 0;
    const bool wasConsuming = !m_subscriptions.empty() && !m_consuming;
    m_subscriptions.clear();
    if (!m_wish.noAck)
        m_arrived.clear();
    const std::vector<quint64> numbers = m_open.takeAll();
    for (const quint64 number : numbers)
        m_place->held.take(number);
    for (const Answered &answered : std::exchange(m_requests, {}))
        answered(why);
    if (!m_place->isGone && m_listener && (wasConsuming || !numbers.empty()))
        m_listener->channelClosed(why);
}

} // namespace Qombu::Amqp
