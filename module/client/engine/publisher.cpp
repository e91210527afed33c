// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/publisher.h"

#include "client/engine/engine.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>

namespace Qombu {
namespace {

// As Error::where() names what a broker complains about.
QString targetOf(const PublishRequest &request)
{
    const MessageContent &content = *request.content;
    return content.exchange.isEmpty() ? QStringLiteral("queue/") + content.routingKey
                                      : QStringLiteral("exchange/") + content.exchange;
}

bool isIn(const std::vector<quint64> &ids, const PublishRequest &request)
{
    return std::binary_search(ids.begin(), ids.end(), request.id);
}

// No other connection has it.
QString uniquePrefix(Hub *hub)
{
    return QStringLiteral("%1%2-").arg(hub->random(), 0, 36).arg(hub->random(), 0, 36);
}

Error uncertain(const Error &why)
{
    const QString text = QCoreApplication::translate(
        "Qombu::Producer",
        "The connection broke before the broker confirmed the message: it may have it or not.");
    return Error(Error::Connection, why.isError() ? text + QLatin1Char(' ') + why.text() : text)
        .withRecoverable(false)
        .withInDoubt(true);
}

} // namespace

Publisher::Publisher(Engine &engine)
    : m_engine(engine)
    , m_backoff(engine.options())
{
}

void Publisher::add(PublishRequest &&request)
{
    m_hasNameless = m_hasNameless || request.queue != 0;
    m_outbox.add(std::move(request), m_engine.turnTime());
    m_engine.publishesMoved();
}

void Publisher::linkReady()
{
    if (m_messageIds.isEmpty())
        m_messageIds = uniquePrefix(m_engine.hub());
    const bool marks = m_engine.link()->capabilities().testFlag(Capability::MarksRepeats);
    m_outbox.nameMessages(marks ? m_messageIds : QString());
    m_channel = m_engine.link()->openPublish(this);
    m_engine.publishesMoved();
}

void Publisher::linkDown(const Error &why)
{
    endUncertain(closeChannel(), why);
    m_singlyUpTo = 0;
    m_retryTimer.cancel();
    m_isWaiting = false;
}

// What it was given must be sent again; returns the numbers of that.
std::vector<quint64> Publisher::closeChannel()
{
    const std::vector<quint64> unsent = m_channel ? m_channel->unsent() : std::vector<quint64>();
    m_channel.reset();
    m_roomMessages = std::numeric_limits<int>::max();
    m_roomBytes = std::numeric_limits<qint64>::max();
    return m_outbox.sendAllAgain(unsent);
}

// What was refused for want of memory need not wait for its next attempt.
void Publisher::linkUnblocked()
{
    m_engine.publishesMoved();
    if (!m_isWaiting)
        return;
    m_retryTimer.cancel();
    m_backoff.reset();
    retry();
}

void Publisher::flush()
{
    armDeadline();
    if (!m_channel || m_isWaiting || !m_outbox.hasUnsent() || m_engine.isPublishingHeld())
        return;
    if (m_engine.topology().hasRefusals() || m_hasNameless)
        refuse();
    int messages = m_roomMessages - m_outbox.underWay();
    if (m_outbox.firstOpen() <= m_singlyUpTo)
        messages = m_outbox.underWay() > 0 ? 0 : std::min(messages, 1);
    if (messages > 0 && m_outbox.hasUnsent()) {
        auto batch =
            m_outbox.takeUnsent(messages, m_roomBytes - m_outbox.bytesUnderWay(), whatMustWait());
        if (m_hasNameless)
            nameQueues(batch);
        if (!batch.empty())
            m_channel->publish(std::move(batch));
    }
}

// For something on its way that is not answered, or refused for now; others do not wait for it.
Outbox::MustWait Publisher::whatMustWait()
{
    Topology &topology = m_engine.topology();
    if (!topology.isBusy())
        return {};
    return [&topology](const PublishRequest &request) {
        return topology.isAwaited(request.content->exchange, request.content->routingKey,
                                  request.queue);
    };
}

// By the names of now: another link may have others.
void Publisher::nameQueues(std::vector<OutgoingMessage> &batch)
{
    for (OutgoingMessage &message : batch) {
        const quint64 token = m_outbox.queueOf(message.id);
        if (token == 0)
            continue;
        auto named = std::make_shared<MessageContent>(*message.content);
        named->routingKey = m_engine.topology().nameOf(token);
        message.content = std::move(named);
    }
}

// What goes to something that the broker refused to declare, or to what nobody has declared.
void Publisher::refuse()
{
    Topology &topology = m_engine.topology();
    const auto why = [&](const PublishRequest &request) {
        return request.queue != 0
            ? topology.whyNameless(request.queue)
            : topology.refusalOf(request.content->exchange, request.content->routingKey);
    };
    endIf([&](const PublishRequest &request) { return why(request).isError(); }, why);
}

void Publisher::published(std::vector<PublishOutcome> &&outcomes)
{
    for (const PublishOutcome &outcome : outcomes) {
        if (outcome.error.isError() && outcome.error.isRecoverable()) {
            m_outbox.sendAgain(outcome.id, outcome.error.isInDoubt());
            m_refusal = outcome.error;
            retryLater();
        } else if (m_outbox.remove(outcome.id, [&](PublishRequest &&request) {
                       end(std::move(request), outcome.error);
                   })) {
            m_engine.linkWorked();
            m_backoff.reset();
            m_refusal = {};
        }
    }
    m_engine.publishesMoved();
}

void Publisher::publishRoom(int messages, qint64 bytes)
{
    m_roomMessages = messages;
    m_roomBytes = bytes;
    m_engine.publishesMoved();
}

// A transport may log in for publishing alone. What a person must mend is told, once.
bool Publisher::isNewsOfLogIn(const Error &why)
{
    const bool isRefusal = why.kind() == Error::Authentication || why.kind() == Error::Configuration
        || why.replyCode() == 530; // AMQP: it is full
    return isRefusal && std::exchange(m_refusal, why).text() != why.text();
}

// A socket that broke says nothing about what it carried; a refusal is about one of the messages.
void Publisher::channelClosed(const Error &why)
{
    const std::vector<quint64> outstanding = closeChannel();
    if (why.isRecoverable() || outstanding.empty()) {
        if (outstanding.empty() || isNewsOfLogIn(why))
            m_engine.reportError(why);
        endUncertain(outstanding, why);
        retryLater();
        return;
    }
    refusedByClosing(why, outstanding);
    endUncertain(outstanding, why);
    m_channel = m_engine.link()->openPublish(this);
    m_engine.publishesMoved();
}

void Publisher::endUncertain(const std::vector<quint64> &outstanding, const Error &why)
{
    if (outstanding.empty() || m_engine.options().onUncertain != UncertainPublish::Fail)
        return;
    endIf(
        [&](const PublishRequest &request) {
            return isIn(outstanding, request) && m_outbox.mayBeThere(request.id);
        },
        [&](const PublishRequest &) { return uncertain(why); });
    m_engine.publishesMoved();
}

void Publisher::refusedByClosing(const Error &why, const std::vector<quint64> &outstanding)
{
    const auto before = m_ends.size();
    endIf(
        [&](const PublishRequest &request) {
            return isIn(outstanding, request)
                && (outstanding.size() == 1 || targetOf(request) == why.where());
        },
        [&](const PublishRequest &) { return why; });
    if (m_ends.size() == before) // the broker did not say which
        m_singlyUpTo = outstanding.back();
}

void Publisher::end(PublishRequest &&request, const Error &error)
{
    PublishEnd &end = m_ends.emplace_back();
    end.id = request.id;
    end.error = error;
    if (error.isError())
        end.request = std::make_unique<PublishRequest>(std::move(request));
}

void Publisher::endIf(const std::function<bool(const PublishRequest &)> &condition,
                      const std::function<Error(const PublishRequest &)> &why)
{
    for (auto &removed : m_outbox.removeIf(condition)) {
        const Error error = why(removed.request);
        end(std::move(removed.request), error);
    }
}

void Publisher::reportEnds()
{
    if (!m_ends.empty())
        m_engine.courier().report(PublishEnds{std::exchange(m_ends, {})});
}

void Publisher::failAll(const Error &error)
{
    for (auto &[request, mayBeThere] : m_outbox.removeIf([](const auto &) { return true; }))
        end(std::move(request), error.withInDoubt(mayBeThere));
    reportEnds();
}

// One timer for all: it is left alone when it comes too early, and then asks again.
void Publisher::armDeadline()
{
    const auto deadline = m_outbox.nextDeadline();
    if (!deadline || (m_armedFor && *m_armedFor <= *deadline))
        return;
    m_armedFor = deadline;
    m_deadlineTimer = m_engine.hub()->callAt(*deadline, [this] { expire(); });
}

void Publisher::expire()
{
    m_armedFor.reset();
    for (auto &[request, mayBeThere] : m_outbox.removeExpired(m_engine.hub()->now())) {
        QString text =
            QCoreApplication::translate("Qombu::Producer",
                                        "The broker did not confirm the message within %1 ms.")
                .arg(request.timeout.count());
        if (const Error last = m_engine.lastError(); last.isError())
            text += QLatin1Char(' ') + last.text();
        else if (m_refusal.isError())
            text += QLatin1Char(' ') + m_refusal.text();
        end(std::move(request), Error(Error::Timeout, text).withInDoubt(mayBeThere));
    }
    m_engine.publishesMoved();
}

// The broker is there but did not take something for now.
void Publisher::retryLater()
{
    if (m_isWaiting)
        return;
    m_isWaiting = true;
    const auto delay = m_backoff.next(m_engine.hub()->random());
    m_retryTimer = m_engine.hub()->callLater(delay, [this] { retry(); });
}

void Publisher::retry()
{
    m_isWaiting = false;
    if (!m_channel && m_engine.link())
        m_channel = m_engine.link()->openPublish(this);
    m_engine.publishesMoved();
}

} // namespace Qombu
