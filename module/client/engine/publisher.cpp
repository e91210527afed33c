// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/publisher.h"

#include "client/engine/engine.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>

namespace Qombu {
namespace {

// As Error::where() names what a broker complains about.
QString targetOf(const MessageContent &content)
{
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

struct PublisherText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Producer)
};

Error uncertain(const Error &why)
{
    const QString text = why.isRecoverable()
        ? PublisherText::tr("The connection broke before the broker confirmed the message: it may "
                            "have it or not.")
        : PublisherText::tr("The broker refused another message before it confirmed this one: it "
                            "may have it or not.");
    return Error(Error::Connection, why.isError() ? text + QLatin1Char(' ') + why.text() : text)
        .withRecoverable(false)
        .withInDoubt(true);
}

Error adding(const Error &why, const QString &more, bool inDoubt)
{
    return Error(why.kind(), why.text() + QLatin1Char(' ') + more)
        .withReplyCode(why.replyCode())
        .withWhere(why.where())
        .withRecoverable(why.isRecoverable())
        .withInDoubt(inDoubt);
}

// Of one that will not be sent any more, for a reason that is not its own.
Error leftBehind(const Error &why, bool mayBeThere)
{
    return adding(why,
                  mayBeThere ? PublisherText::tr("The broker may have the message or not.")
                             : PublisherText::tr("The message was not sent."),
                  mayBeThere);
}

Error refusal(const Error &why, bool mayBeThere)
{
    return mayBeThere
        ? adding(why, PublisherText::tr("It may have the message from an earlier attempt."), true)
        : why;
}

} // namespace

Publisher::Publisher(Engine &engine)
    : m_engine(engine)
    , m_delays(engine)
    , m_backoff(engine.options())
{
}

void Publisher::add(PublishRequest &&request)
{
    m_hasNameless = m_hasNameless || request.queue != 0;
    m_hasDelayed = m_hasDelayed || request.delay;
    m_outbox.add(std::move(request), m_engine.turnTime());
    m_engine.publishesMoved();
}

void Publisher::linkReady()
{
    if (m_messageIds.isEmpty())
        m_messageIds = uniquePrefix(m_engine.hub());
    const bool marks = m_engine.link()->capabilities().testFlag(Capability::MarksRepeats);
    m_outbox.nameMessages(marks ? m_messageIds : QString());
    m_delays.linkUp();
    m_firstUnprepared = 0;
    m_engine.publishesMoved();
}

void Publisher::linkDown(const Error &why)
{
    endUncertain(closeChannel({}), why.withRecoverable(true));
    m_retryTimer.cancel();
    m_isWaiting = false;
}

// What it was given must be sent again; returns the numbers of that.
std::vector<quint64> Publisher::closeChannel(Outbox::Gone gone)
{
    if (m_channel)
        gone.unsent = m_channel->unsent();
    m_channel.reset();
    m_part = 0;
    m_roomMessages = std::numeric_limits<int>::max();
    m_roomBytes = std::numeric_limits<qint64>::max();
    return m_outbox.sendAllAgain(gone);
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

// The channel is opened for the first of them: not every connection publishes.
void Publisher::flush()
{
    armDeadline();
    if (!m_engine.link() || m_isWaiting || !m_outbox.hasUnsent() || m_engine.isPublishingHeld())
        return;
    if (m_hasDelayed && m_firstUnprepared != m_outbox.end())
        prepareDelayed();
    if (m_engine.topology().hasRefusals() || m_hasNameless)
        refuse();
    if (!m_outbox.hasUnsent())
        return;
    if (!m_channel)
        m_channel = m_engine.link()->openPublish(this);
    const bool carefully = m_search.isOn(m_engine.hub()->now());
    int messages = m_roomMessages - m_outbox.underWay() - m_outbox.expired();
    if (carefully)
        messages = m_outbox.underWay() > 0 ? 0 : std::min(messages, m_search.part());
    if (messages <= 0)
        return;
    const qint64 bytes = m_roomBytes - m_outbox.bytesUnderWay() - m_outbox.expiredBytes();
    auto batch = m_outbox.takeUnsent(messages, bytes, whatMustWait());
    if (m_hasNameless || m_hasDelayed)
        address(batch);
    send(std::move(batch), carefully);
}

void Publisher::send(std::vector<OutgoingMessage> &&batch, bool carefully)
{
    if (batch.empty())
        return;
    if (!carefully)
        return m_channel->publish(std::move(batch));
    m_part = int(batch.size());
    m_channel->publishTogether(std::move(batch));
}

// For something on its way that is not answered, or refused for now; others do not wait for it.
Outbox::MustWait Publisher::whatMustWait()
{
    Topology &topology = m_engine.topology();
    if (!topology.isBusy() && !m_hasDelayed)
        return {};
    return [this, &topology](const PublishRequest &request) {
        return (request.delay && m_delays.isAwaited(request))
            || topology.isAwaited(request.content->exchange, request.content->routingKey,
                                  request.queue);
    };
}

// Once on each link. What another broker delays, this one perhaps cannot.
void Publisher::prepareDelayed()
{
    std::map<quint64, Error> refused;
    endIf(
        [&](const PublishRequest &request) {
            if (!request.delay)
                return false;
            const Error why = m_delays.prepare(request);
            return why.isError() && refused.emplace(request.id, why).second;
        },
        [&](const Outbox::Removed &removed) {
            return refusal(refused[removed.request.id], removed.mayBeThere());
        },
        m_firstUnprepared);
    m_firstUnprepared = m_outbox.end();
}

// By the names of queues now, which another link changes; delayed ones to where they are kept.
void Publisher::address(std::vector<OutgoingMessage> &batch)
{
    for (OutgoingMessage &message : batch) {
        const PublishRequest &request = m_outbox.request(message.id);
        if (request.delay) {
            message.content = m_delays.postponed(request);
            message.mandatory = true; // something must keep it
        }
        if (request.queue == 0)
            continue;
        auto named = std::make_shared<MessageContent>(*message.content);
        named->routingKey = m_engine.topology().nameOf(request.queue);
        message.content = std::move(named);
    }
}

// What goes to something that the broker refused to declare, or to what nobody has declared.
void Publisher::refuse()
{
    endIf([&](const PublishRequest &request) { return refusalOf(request).isError(); },
          [&](const Outbox::Removed &removed) {
              return refusal(refusalOf(removed.request), removed.mayBeThere());
          });
}

Error Publisher::refusalOf(const PublishRequest &request) const
{
    Topology &topology = m_engine.topology();
    if (request.queue != 0)
        return topology.whyNameless(request.queue);
    const Error refusal =
        topology.refusalOf(request.content->exchange, request.content->routingKey);
    return refusal.isError() || !request.delay ? refusal : m_delays.refusalOf(request);
}

void Publisher::published(std::vector<PublishOutcome> &&outcomes)
{
    for (const PublishOutcome &outcome : outcomes) {
        if (outcome.error.isError() && outcome.error.isRecoverable()) {
            m_outbox.sendAgain(outcome.id, outcome.error.isInDoubt());
            m_refusal = outcome.error;
            retryLater();
        } else if (m_outbox.remove(outcome.id, [&](Outbox::Removed &&removed) {
                       const bool isRefused = outcome.error.isError();
                       end(std::move(removed.request),
                           isRefused ? refusal(outcome.error, removed.again) : Error());
                   })) {
            m_engine.linkWorked();
            m_backoff.reset();
            m_refusal = {};
        }
    }
    if (m_part > 0 && m_outbox.underWay() == 0)
        m_search.took(std::exchange(m_part, 0));
    m_engine.publishesMoved();
}

void Publisher::publishRoom(int messages, qint64 bytes)
{
    m_roomMessages = messages;
    m_roomBytes = bytes;
    if (messages > 0)
        m_closing = {};
    m_engine.publishesMoved();
}

// A socket that broke says nothing about what it carried; a refusal is about one of the messages.
void Publisher::channelClosed(const Error &why)
{
    if (!why.isRecoverable() && m_outbox.underWay() > 0)
        return refusedByClosing(why);
    const std::vector<quint64> outstanding = closeChannel({});
    const bool isNews = std::exchange(m_closing, why) != why;
    if (outstanding.empty() && isNews) // a transport may log in for publishing alone
        m_engine.reportError(why);
    endUncertain(outstanding, why);
    retryLater();
}

// A delayed one was sent to where it is kept.
bool Publisher::isAbout(const Error &why, const PublishRequest &request) const
{
    const auto content = request.delay ? m_delays.postponed(request) : request.content;
    return content && targetOf(*content) == why.where();
}

void Publisher::refusedByClosing(const Error &why)
{
    const auto isMeant = [&](const PublishRequest &request) {
        return isAbout(why, request) || m_outbox.underWay() == 1;
    };
    const std::optional<quint64> first = m_outbox.firstUnderWay(isMeant);
    Outbox::Gone gone;
    gone.isLoss = false;
    gone.refused = first.value_or(gone.refused);
    const bool isAlone = m_outbox.underWay() == 1;
    const std::vector<quint64> outstanding = closeChannel(gone);
    const auto now = m_engine.hub()->now();
    if (first) {
        endIf(
            [&](const PublishRequest &request) {
                return isIn(outstanding, request) && (isAlone || isAbout(why, request));
            },
            [&](const Outbox::Removed &removed) { return refusal(why, removed.wasLost); });
        m_search.refusedOne(now);
    } else {
        m_search.refusedOneOf(int(outstanding.size()), now);
    }
    endUncertain(outstanding, why);
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
        [&](const Outbox::Removed &) { return uncertain(why); });
    m_engine.publishesMoved();
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
                      const std::function<Error(const Outbox::Removed &)> &why, quint64 from)
{
    for (auto &removed : m_outbox.removeIf(condition, from)) {
        const Error error = why(removed);
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
    endIf([](const PublishRequest &) { return true; },
          [&](const Outbox::Removed &removed) { return leftBehind(error, removed.mayBeThere()); });
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
    for (auto &removed : m_outbox.removeExpired(m_engine.hub()->now())) {
        const Error why = tooLate(removed);
        end(std::move(removed.request), why);
    }
    m_engine.publishesMoved();
}

Error Publisher::tooLate(const Outbox::Removed &removed) const
{
    const Error away = m_engine.lastError();
    const Error why = away.isError() ? away : m_refusal.isError() ? m_refusal : m_closing;
    QString text = removed.mayBeThere() ? PublisherText::tr(
                       "The broker did not confirm the message within %1 ms: it may have it or "
                       "not.")
        : m_refusal.isError()
        ? PublisherText::tr("The broker did not take the message within %1 ms.")
        : PublisherText::tr("The message could not be sent within %1 ms.");
    text = text.arg(removed.request.timeout.count());
    if (why.isError())
        text += QLatin1Char(' ') + why.text();
    return Error(Error::Timeout, text).withInDoubt(removed.mayBeThere());
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
    m_engine.publishesMoved();
}

} // namespace Qombu
