// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/consuming/consumingchannel.h"

#include "transports/amqp/wire/amqptext.h"
#include "transports/amqp/wire/utf8text.h"

#include <algorithm>

namespace Qombu::Amqp {

namespace {

constexpr int KeptOverhead = 512; // bytes: what a message takes beside its body

Error cancelledError(const QString &queue)
{
    return Error(
               Error::NotFound,
               Text::tr("The broker ended the consumer: the queue \"%1\" was deleted, or cannot be "
                        "reached now")
                   .arg(queue))
        .withWhere(QStringLiteral("queue/") + queue);
}

const QString StreamOffset = QStringLiteral("x-stream-offset");

// A new consumer of a stream begins where its arguments say, and not where the old one was. And the
// one that is active of a queue that has only one would leave it to the next that waits.
bool isReplaceable(const Queue &queue)
{
    const QVariantMap arguments = queue.arguments();
    return !queue.consumerArguments().contains(StreamOffset)
        && arguments.value(QStringLiteral("x-queue-type")) != QStringLiteral("stream")
        && !arguments.value(QStringLiteral("x-single-active-consumer")).toBool();
}

} // namespace

ConsumingChannel::ConsumingChannel(std::shared_ptr<AmqpPlace> place, DeliveryListener *listener)
    : SettlingChannel(std::move(place))
    , m_listener(listener)
    , m_deafness(m_place)
{
}

ConsumingChannel::~ConsumingChannel() = default;

void ConsumingChannel::consume(const ConsumeRequest &request, Done<void> done)
{
    const auto self = shared_from_this(); // an answer may end it
    m_wish = request;
    m_consumer = request.consumer;
    std::vector<quint16> queues;
    for (const Queue &queue : request.queues) {
        queues.push_back(quint16(m_queues.size()));
        m_queues << queue.name();
    }
    m_consuming = std::move(done);
    m_unanswered = request.queues.size();
    const Error error =
        subscribe(queues, [this](std::size_t, const Error &why) { subscribed(why); });
    if (error.isError())
        subscribed(error);
}

// Those of the broker are made anew for a new window; then names must differ, on one channel.
QString ConsumingChannel::tagOf(quint16 queue) const
{
    QString tag =
        m_wish.tag.isEmpty() ? QStringLiteral("qombu-%1").arg(m_wish.consumer) : m_wish.tag;
    if (queue > 0)
        tag += QStringLiteral(".%1").arg(queue + 1);
    if (m_round > 1)
        tag += QStringLiteral("~%1").arg(m_round);
    return tag;
}

// As AMQP 0-9-1 has it: for all consumers of the channel, the present ones too.
bool ConsumingChannel::hasOneWindow() const
{
    return m_place->socket && !m_place->socket->session().serverCan().consumerQos;
}

// Others count what is unsettled for each of their consumers, which have one queue each.
int ConsumingChannel::windowOfEach() const
{
    const int queues = hasOneWindow() ? 1 : std::max(1, int(m_wish.queues.size()));
    return m_wish.noAck ? 0 : std::clamp(m_wish.count / queues, 1, 65535);
}

QVariantMap ConsumingChannel::argumentsOf(quint16 queue)
{
    const QString &name = m_queues[queue];
    QVariantMap arguments;
    for (const Queue &wish : std::as_const(m_wish.queues)) {
        if (wish.name() == name)
            arguments = wish.consumerArguments();
    }
    if (const auto next = m_place->streams->next(m_wish.consumer, name))
        arguments.insert(StreamOffset, *next); // an earlier channel got what is before
    if (arguments.contains(StreamOffset))
        m_placed.insert(queue);
    return arguments;
}

// What cannot be written is found before anything is sent.
Error ConsumingChannel::subscribe(const std::vector<quint16> &queues,
                                  const std::function<void(std::size_t, const Error &)> &subscribed)
{
    ++m_round;
    std::vector<Subscription> subscriptions;
    std::vector<Method> methods;
    for (const quint16 queue : queues) {
        const QString tag = tagOf(queue);
        const Consume request{m_queues[queue],  tag,   m_wish.noAck,
                              m_wish.exclusive, false, argumentsOf(queue)};
        Result<Method> method = basicConsume(request);
        if (!method)
            return method.error();
        methods.push_back(std::move(*method));
        subscriptions.push_back({queue, tag.toUtf8()});
    }
    m_window = windowOfEach();
    Error error = ask(basicQos(quint16(m_window)), [](const Result<SessionEvent> &) {});
    for (std::size_t i = 0; i < methods.size() && !error.isError(); ++i) {
        error = ask(
            methods[i],
            [i, subscribed](const Result<SessionEvent> &answer) { subscribed(i, answer.error()); },
            subscriptions[i].tag);
        if (!error.isError())
            m_subscriptions.push_back(std::move(subscriptions[i]));
    }
    return error;
}

// Nothing is delivered before all its queues have answered: one that is refused ends them all, and
// what had come comes again.
void ConsumingChannel::subscribed(const Error &error)
{
    if (!m_consuming)
        return;
    if (error.isError()) {
        endAll();
        std::exchange(m_consuming, nullptr)(error);
    } else if (--m_unanswered == 0) {
        std::exchange(m_consuming, nullptr)({});
        adjustWindow();
    }
}

void ConsumingChannel::setWindow(int count, qint64 bytes)
{
    m_wish.count = count;
    m_wish.bytes = bytes;
    adjustWindow();
    listen();
}

// One that is alone cannot come beside itself. Those have the new window at the next link.
bool ConsumingChannel::canReplace() const
{
    return !m_wish.noAck && !m_wish.exclusive && !m_isCancelled && m_listener && m_place->socket
        && !hasStreams() && std::ranges::all_of(m_wish.queues, isReplaceable);
}

// A broker lets a new window count for new consumers only (RabbitMQ). They come before the old ones
// go, so that nothing waits in between and a queue that lives by its consumers stays.
void ConsumingChannel::adjustWindow()
{
    if (m_consuming || m_replacing > 0 || m_subscriptions.empty() || windowOfEach() == m_window)
        return;
    if (hasOneWindow()) {
        m_window = windowOfEach();
        ask(basicQos(quint16(m_window)), [](const Result<SessionEvent> &) {});
        return;
    }
    if (!canReplace())
        return;
    std::vector<quint16> queues;
    std::vector<QByteArray> old;
    for (const Subscription &one : m_subscriptions) {
        if (!one.isCancelled) {
            queues.push_back(one.queue);
            old.push_back(one.tag);
        }
    }
    m_replacing = queues.size();
    const Error error = subscribe(queues, [this, old](std::size_t i, const Error &why) {
        if (!why.isError())
            end(old[i]);
        if (m_replacing > 0 && --m_replacing == 0)
            adjustWindow();
    });
    if (error.isError())
        m_replacing = 0;
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
    m_cancels.push_back(std::move(done));
    m_place->streams->forget(m_wish.consumer);
    endAll();
    answerCancels();
}

void ConsumingChannel::stopConsuming(Done<void> done)
{
    const auto self = shared_from_this();
    m_cancels.push_back(std::move(done));
    endAll();
    answerCancels();
}

void ConsumingChannel::endAll()
{
    m_isCancelled = true;
    std::vector<QByteArray> tags;
    for (const Subscription &one : m_subscriptions)
        tags.push_back(one.tag);
    for (const QByteArray &tag : tags)
        end(tag);
    listen();
}

// What is under way from it is still delivered, until the broker has answered.
void ConsumingChannel::end(const QByteArray &tag)
{
    const auto one = std::ranges::find(m_subscriptions, tag, &Subscription::tag);
    if (one == m_subscriptions.end() || std::exchange(one->isCancelled, true))
        return;
    const Result<Method> method = basicCancel(utf8Text(tag));
    const auto cancelled = [this, tag](const Result<SessionEvent> &) { cancelledByUs(tag); };
    if (!method || ask(*method, cancelled, tag).isError())
        m_subscriptions.erase(one);
}

void ConsumingChannel::cancelledByUs(const QByteArray &tag)
{
    std::erase_if(m_subscriptions, [&](const Subscription &one) { return one.tag == tag; });
    answerCancels();
}

void ConsumingChannel::answerCancels()
{
    if (!m_isCancelled || !m_subscriptions.empty() || m_place->isGone)
        return;
    dropKept();
    for (const Done<void> &done : std::exchange(m_cancels, {})) {
        if (!m_place->isGone)
            done({});
    }
}

// With acknowledgement they go back; without, the broker has forgotten them.
void ConsumingChannel::dropKept()
{
    if (m_wish.noAck)
        return deliverNow();
    if (m_place->isClosing)
        return; // with all else that is held
    for (const IncomingMessage &message : std::exchange(m_arrived, {})) {
        if (const std::optional<Held> held = m_place->held.take(message.delivery))
            SettlingChannel::end(held->tag, Ending::Release);
    }
    m_arrivedBytes = 0;
    sendEndings();
}

void ConsumingChannel::leave()
{
    const auto self = shared_from_this();
    m_listener = nullptr;
    m_consuming = nullptr;
    m_cancels.clear();
    if (isIdle()) // the end of the channel ends its consumers, too
        return;
    endAll();
    dropKept();
}

void ConsumingChannel::delivered(SessionEvent &&event)
{
    const auto one = std::ranges::find(m_subscriptions, event.tag, &Subscription::tag);
    const bool isKnown = one != m_subscriptions.end();
    if (!m_wish.noAck && isKnown)
        noteOffset(event, one->queue);
    if (!m_listener || !isKnown) {
        if (!m_wish.noAck)
            turnAway(event.number, isKnown ? one->queue : quint16(m_queues.size()));
        return;
    }
    m_arrivedBytes += event.content->body.size() + KeptOverhead;
    m_arrived.push_back(incoming(std::move(event), m_queues[one->queue], one->queue, m_wish.noAck));
}

// A broker that took a consumer with a place has a stream there.
void ConsumingChannel::noteOffset(const SessionEvent &event, quint16 queue)
{
    const QVariant offset = event.content->headers.value(StreamOffset);
    if (!offset.isValid())
        return;
    const bool isAsked = m_probes.contains(queue);
    const bool isFirst = streamKind(queue) == Stream::No && !isAsked;
    if (streamKind(queue) == Stream::No && isAsked)
        return; // it is none
    addToStream(queue, m_queues[queue], event.number, offset.toLongLong());
    if (!isFirst)
        return;
    if (m_placed.contains(queue))
        return decideStream(queue, Stream::Yes);
    m_probes[queue] =
        std::make_unique<StreamProbe>(m_place, m_queues[queue], [this, queue](bool isStream) {
            m_probes[queue].reset();
            decideStream(queue, isStream ? Stream::Yes : Stream::No);
        });
}

// What must be acknowledged comes again when the link ends.
void ConsumingChannel::deliver()
{
    const auto self = shared_from_this();
    const bool comesAgain = !m_wish.noAck && (!m_place->socket || m_place->isClosing);
    if (!m_isPaused && !m_consuming && !comesAgain)
        deliverNow();
    listen();
}

void ConsumingChannel::deliverNow()
{
    if (!m_listener || m_arrived.empty() || m_place->isGone)
        return;
    m_arrivedBytes = 0;
    m_listener->delivered(std::exchange(m_arrived, {}));
}

// Without acknowledgement nothing but TCP stops a broker. Whoever waits for an answer must hear it.
void ConsumingChannel::listen()
{
    const bool isFull = m_wish.noAck && m_listener && !m_consuming && !m_isCancelled
        && !m_arrived.empty() && m_arrivedBytes >= m_wish.bytes;
    m_deafness.set(isFull, m_queues.value(0));
}

// A queue that is consumed from twice, because the window changes, ends once.
void ConsumingChannel::cancelledByBroker(const QByteArray &tag)
{
    const auto one = std::ranges::find(m_subscriptions, tag, &Subscription::tag);
    if (one == m_subscriptions.end())
        return;
    const Subscription ended = *one;
    m_subscriptions.erase(one);
    const bool goesOn = std::ranges::any_of(m_subscriptions, [&](const Subscription &other) {
        return other.queue == ended.queue && !other.isCancelled;
    });
    if (ended.isCancelled || goesOn)
        return;
    const QString queue = m_queues[ended.queue];
    m_place->streams->forget(m_wish.consumer, queue); // one that comes back begins anew
    m_wish.queues.removeIf([&](const Queue &wish) { return wish.name() == queue; });
    adjustWindow(); // the others have its part
    if (m_wish.noAck)
        deliverNow(); // paused or not: this may be the end of it
    else
        deliver();
    if (m_listener && m_place->socket)
        m_listener->consumerCancelled(queue, cancelledError(queue));
}

// What this consumer holds through channels that it had before is dead for it, too.
void ConsumingChannel::releaseEarlier()
{
    std::vector<std::pair<quint64, std::shared_ptr<SettlingChannel>>> held;
    m_place->held.forEach([&](quint64 number, const Held &one) {
        if (one.channel->consumer() == m_wish.consumer)
            held.emplace_back(number, one.channel);
        return true;
    });
    for (const auto &[number, channel] : held) {
        if (const std::optional<Held> one = m_place->held.take(number); one)
            channel->end(one->tag, Ending::Release);
        channel->sendEndings();
    }
}

// Whatever the broker says: they are answered in order.
Error ConsumingChannel::aboutRefused(const Error &why) const
{
    const qsizetype refused = m_queues.size() - m_unanswered;
    return why.withWhere(QStringLiteral("queue/") + m_queues.value(refused));
}

// There is something else of that name now.
bool ConsumingChannel::forgetsPlaces(const Error &why)
{
    constexpr int PreconditionFailed = 406; // AMQP 0-9-1 §1.1
    bool hadOne = false;
    for (const QString &queue : std::as_const(m_queues))
        hadOne = hadOne || m_place->streams->next(m_wish.consumer, queue);
    if (!hadOne || why.replyCode() != PreconditionFailed)
        return false;
    m_place->streams->forget(m_wish.consumer);
    return true;
}

// The oldest request is the one that was refused; what had been delivered comes again.
void ConsumingChannel::closed(const Error &why)
{
    const bool wasRefused = bool(m_consuming);
    const bool wasConsuming = !m_subscriptions.empty();
    m_subscriptions.clear();
    m_probes.clear();
    const std::vector<OpenDelivery> lost = loseOpen();
    if (m_wish.noAck)
        deliverNow();
    m_arrived.clear();
    m_arrivedBytes = 0;
    listen();
    const bool maySucceed = wasRefused && forgetsPlaces(why);
    refuseRequests(wasRefused ? aboutRefused(maySucceed ? why.withRecoverable(true) : why) : why);
    if (m_place->isGone || wasRefused)
        return;
    if (m_listener && (wasConsuming || !lost.empty())) {
        releaseEarlier();
        return m_listener->channelClosed(why);
    }
    for (const OpenDelivery &delivery : lost) {
        if (!m_place->isGone)
            m_place->listener->settledTooLate(m_wish.consumer, delivery.number,
                                              m_queues[delivery.queue], QString());
    }
}

} // namespace Qombu::Amqp
