// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/scriptedchannels.h"

namespace Qombu {
namespace {

QString named(const Queue &queue)
{
    return queue.name().isEmpty() ? QStringLiteral("?") : queue.name();
}

QString text(const Binding &binding)
{
    const QString to = binding.queue.isEmpty()
        ? QString(QStringLiteral("exchange ") + binding.destinationExchange)
        : binding.queue;
    return binding.exchange.name() + QLatin1Char(' ') + to;
}

QString text(const RemoveOptions &options)
{
    return QString((options.ifUnused ? QStringLiteral(" if unused") : QString())
                   + (options.ifEmpty ? QStringLiteral(" if empty") : QString()));
}

} // namespace

Error ScriptedAnswers::begin(const QString &request)
{
    broker().log.append(request);
    if (broker().breaksAt == request) {
        broker().breaksAt.clear();
        broker().breakLink();
    }
    const auto refusal = broker().refusals.find(request);
    return refusal == broker().refusals.end() ? Error() : refusal->second;
}

void ScriptedAnswers::give(const QString &request, std::function<void(const Error &)> answer)
{
    ScriptedBroker &to = broker();
    if (to.silent.contains(request)) {
        m_never.push_back(std::move(answer));
        return;
    }
    auto guarded = [answer = std::move(answer),
                    alive = std::weak_ptr<bool>(m_alive)](const Error &failure) {
        if (!alive.expired())
            answer(failure);
    };
    if (to.answersByHand) {
        to.m_waiting.push_back({request, std::move(guarded)});
    } else if (to.answerEvery.count() > 0) {
        to.m_lastAnswer = std::max(to.m_lastAnswer, to.hub->now()) + to.answerEvery;
        to.m_timers.push_back(to.hub->callAt(to.m_lastAnswer, [guarded] { guarded({}); }));
    } else {
        guarded({});
    }
}

void ScriptedTopology::declare(const Exchange &exchange, Done<void> done)
{
    m_answers.answer<void>(QStringLiteral("declare exchange ") + exchange.name(), done, {});
}

void ScriptedTopology::declare(const Queue &queue, Done<QueueInfo> done)
{
    QString name = queue.name();
    if (name.isEmpty()) {
        const bool byServer = broker().capabilities.testFlag(Capability::ServerNamesQueues);
        name = (byServer ? QStringLiteral("server-%1") : QStringLiteral("amq.gen-%1"))
                   .arg(++broker().names);
    }
    m_answers.answer<QueueInfo>(QStringLiteral("declare queue ") + named(queue), done,
                                QueueInfo{name, 0, 0});
}

void ScriptedTopology::bind(const Binding &binding, Done<void> done)
{
    m_answers.answer<void>(QStringLiteral("bind ") + text(binding), done, {});
}

void ScriptedTopology::unbind(const Binding &binding, Done<void> done)
{
    m_answers.answer<void>(QStringLiteral("unbind ") + text(binding), done, {});
}

void ScriptedTopology::unwanted(const Binding &binding)
{
    broker().unwanted.append(text(binding));
}

void ScriptedTopology::inspect(const QString &queue, Done<QueueInfo> done)
{
    m_answers.answer<QueueInfo>(QStringLiteral("inspect ") + queue, done, QueueInfo{queue, 0, 0});
}

void ScriptedTopology::purge(const QString &queue, Done<qint64> done)
{
    m_answers.answer<qint64>(QStringLiteral("purge ") + queue, done, 0);
}

void ScriptedTopology::remove(const Queue &queue, const RemoveOptions &options, Done<qint64> done)
{
    m_answers.answer<qint64>(QStringLiteral("remove queue ") + named(queue) + text(options), done,
                             0);
}

void ScriptedTopology::remove(const Exchange &exchange, const RemoveOptions &options,
                              Done<void> done)
{
    m_answers.answer<void>(QStringLiteral("remove exchange ") + exchange.name() + text(options),
                           done, {});
}

ScriptedDeliveries::ScriptedDeliveries(DeliveryListener *to)
    : listener(to)
{
    broker().delivering.push_back(this);
}

ScriptedDeliveries::~ScriptedDeliveries()
{
    std::erase(broker().delivering, this);
    if (broker().consuming == this)
        broker().consuming = nullptr;
}

void ScriptedDeliveries::get(const QString &queue, bool noAck,
                             Done<std::optional<IncomingMessage>> done)
{
    const QString asked = QStringLiteral("get ") + queue;
    std::optional<IncomingMessage> next;
    if (auto &ready = broker().ready[queue]; !ready.empty() && !broker().refusals.contains(asked)) {
        ConsumeRequest before = std::exchange(request, {0, {}, noAck, false, {}, 0, 0});
        next = broker().take(this, queue, ready.front());
        ready.pop_front();
        request = std::move(before);
    }
    m_answers.answer<std::optional<IncomingMessage>>(asked, done, next);
}

void ScriptedDeliveries::consume(const ConsumeRequest &asked, Done<void> done)
{
    broker().consuming = this;
    request = asked;
    Result<void> answer;
    QString refused = named(asked.queues.value(0));
    for (const Queue &queue : asked.queues) {
        const auto refusal = broker().refusals.find(QStringLiteral("consume ") + named(queue));
        if (refusal == broker().refusals.end())
            continue;
        answer = refusal->second;
        refused = named(queue);
    }
    if (asked.queues.size() > 1) { // which of them it refuses a broker says
        done = [done, refused](const Result<void> &result) {
            done(result.isOk() ? result
                               : result.error().withWhere(QStringLiteral("queue/") + refused));
        };
    }
    m_answers.answer<void>(QStringLiteral("consume ") + named(asked.queues.value(0)), done, answer);
}

void ScriptedDeliveries::setWindow(int count, qint64 bytes)
{
    request.count = count;
    request.bytes = bytes;
}

void ScriptedDeliveries::setPaused(bool paused)
{
    broker().log.append(paused ? QStringLiteral("pause") : QStringLiteral("resume"));
}

void ScriptedDeliveries::cancel(Done<void> done)
{
    m_answers.answer<void>(QStringLiteral("cancel"), done, {});
}

ScriptedPublishes::ScriptedPublishes(PublishListener *to)
    : listener(to)
{
    broker().publishing = this;
}

ScriptedPublishes::~ScriptedPublishes()
{
    if (broker().publishing == this)
        broker().publishing = nullptr;
}

// Of what it does not take whole the broker has nothing.
void ScriptedPublishes::publishTogether(std::vector<OutgoingMessage> &&messages)
{
    std::vector<quint64> ids;
    for (const OutgoingMessage &message : messages)
        ids.push_back(message.id);
    broker().parts.push_back(int(ids.size()));
    const bool wasClosed = isClosed;
    publish(std::move(messages));
    if (isClosed && !wasClosed)
        kept = std::move(ids);
}

void ScriptedPublishes::publish(std::vector<OutgoingMessage> &&messages)
{
    ScriptedBroker &to = broker();
    Error closing;
    std::vector<PublishOutcome> outcomes;
    for (const OutgoingMessage &message : messages) {
        if (to.keepsPublishes) {
            kept.push_back(message.id);
            continue;
        }
        const QString body = QString::fromUtf8(message.content->body);
        to.log.append(QStringLiteral("publish ") + body);
        to.messageIds.append(message.content->properties->messageId);
        to.routingKeys.append(message.content->routingKey);
        if (message.again)
            to.again.append(body);
        outcomes.push_back({message.id, {}});
        for (const QString &what :
             {QString(QStringLiteral("publish ") + body),
              QString(QStringLiteral("publish to ") + message.content->exchange)}) {
            const auto found = to.closings.find(what);
            if (found != to.closings.end() && !closing.isError())
                closing = found->second;
        }
    }
    if (isClosed)
        return;
    if (closing.isError())
        to.closePublishing(closing);
    else if (to.confirms)
        listener->published(std::move(outcomes));
    else
        to.unconfirmed.insert(to.unconfirmed.end(), outcomes.begin(), outcomes.end());
}

} // namespace Qombu
