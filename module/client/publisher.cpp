// SPDX-License-Identifier: BSD-3-Clause
#include "client/publisher.h"

#include "client/engine.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {

Publisher::Publisher(Engine &engine)
    : m_engine(engine)
    , m_retryDelay(engine.options().retryFirst)
{
}

Publisher::~Publisher()
{
    linkDown();
}

void Publisher::add(std::unique_ptr<PublishRequest> request)
{
    m_outbox.add(std::move(request), m_engine.turnTime());
    m_engine.flushPublishesLater();
}

void Publisher::wish(const Exchange &exchange)
{
    want(exchange);
}

void Publisher::wish(const Queue &queue)
{
    want(queue);
}

QString Publisher::nameOf(const Wish &wish)
{
    if (const auto *exchange = std::get_if<Exchange>(&wish))
        return exchange->name();
    return QLatin1Char('\n') + std::get<Queue>(wish).name();
}

QString Publisher::nameOf(const PublishRequest &request)
{
    const MessageContent &content = request.content;
    return content.exchange.isEmpty() ? QString(QLatin1Char('\n') + content.routingKey)
                                      : content.exchange;
}

void Publisher::want(const Wish &wish)
{
    m_wishes.insert(nameOf(wish), wish);
    m_refused.remove(nameOf(wish));
    if (m_port)
        declare(wish);
}

void Publisher::declare(const Wish &wish)
{
    ++m_declaring;
    const auto done = [this, wish](const auto &result) { declared(wish, result.error()); };
    ChannelPort &port = *m_port;
    if (const auto *exchange = std::get_if<Exchange>(&wish))
        port->declare(*exchange, port.guard<void>(done));
    else
        port->declare(std::get<Queue>(wish), port.guard<QueueInfo>(done));
}

void Publisher::declared(const Wish &wish, const Error &error)
{
    --m_declaring;
    if (error.isError() && error.isRecoverable()) {
        m_again.insert(nameOf(wish), wish);
        retryLater();
    } else if (error.isError()) {
        m_refused.insert(nameOf(wish), error);
    }
    m_engine.flushPublishesLater();
}

void Publisher::linkReady()
{
    m_port = std::make_unique<ChannelPort>(*m_engine.link(), this);
    m_outbox.sendAllAgain();
    const auto wishes = m_wishes;
    for (const Wish &wish : wishes)
        declare(wish);
    m_engine.flushPublishesLater();
}

void Publisher::linkDown()
{
    if (m_port)
        m_engine.bury(std::move(m_port));
    m_declaring = 0;
    m_refused.clear();
    m_again.clear();
    m_retryTimer.cancel();
    m_isWaiting = false;
}

// What was refused for want of memory need not wait for its next attempt.
void Publisher::linkUnblocked()
{
    if (!m_isWaiting)
        return;
    m_retryTimer.cancel();
    m_retryDelay = m_engine.options().retryFirst;
    retry();
}

void Publisher::flush()
{
    armDeadline();
    if (!m_port || m_declaring > 0 || m_isWaiting || m_engine.isHeld() || !m_outbox.hasUnsent())
        return;
    if (!m_refused.isEmpty())
        refuse();
    if (m_outbox.hasUnsent())
        (*m_port)->publish(m_outbox.takeUnsent());
}

// What goes to an exchange that the broker refused to declare.
void Publisher::refuse()
{
    auto refused = m_outbox.removeIf(
        [this](const PublishRequest &request) { return m_refused.contains(nameOf(request)); });
    for (auto &request : refused) {
        const Error error = m_refused.value(nameOf(*request));
        end(std::move(request), error);
    }
}

void Publisher::published(std::vector<PublishOutcome> &&outcomes)
{
    for (const PublishOutcome &outcome : outcomes) {
        if (outcome.error.isError() && outcome.error.isRecoverable()) {
            m_outbox.sendAgain(outcome.id);
            m_refusal = outcome.error;
            retryLater();
        } else if (auto request = m_outbox.remove(outcome.id)) {
            end(std::move(request), outcome.error);
            m_retryDelay = m_engine.options().retryFirst;
            m_refusal = {};
        }
    }
    m_engine.flushPublishesLater();
}

void Publisher::end(std::unique_ptr<PublishRequest> request, const Error &error)
{
    const quint64 id = request->id;
    m_ends.push_back({id, error, error.isError() ? std::move(request) : nullptr});
}

void Publisher::reportEnds()
{
    if (!m_ends.empty())
        m_engine.report(std::exchange(m_ends, {}));
}

void Publisher::failAll(const Error &error)
{
    auto requests = m_outbox.removeIf([](const PublishRequest &) { return true; });
    for (auto &request : requests)
        end(std::move(request), error);
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
    auto expired = m_outbox.removeExpired(m_engine.hub()->now());
    for (auto &request : expired) {
        QString text =
            QCoreApplication::translate("Qombu::Producer",
                                        "The broker did not confirm the message within %1 ms.")
                .arg(request->timeout.count());
        if (const Error last = m_engine.lastError(); last.isError())
            text += QLatin1Char(' ') + last.text();
        else if (m_refusal.isError())
            text += QLatin1Char(' ') + m_refusal.text();
        end(std::move(request), Error(Error::Timeout, text));
    }
    armDeadline();
    reportEnds();
    m_engine.publisherMoved();
}

// The broker is there but did not take something for now.
void Publisher::retryLater()
{
    if (m_isWaiting)
        return;
    m_isWaiting = true;
    const auto delay = RetrySchedule::withJitter(m_retryDelay, m_engine.hub()->random());
    m_retryDelay = std::min(m_retryDelay * 2, m_engine.options().retryMaximum);
    m_retryTimer = m_engine.hub()->callLater(delay, [this] { retry(); });
}

void Publisher::retry()
{
    m_isWaiting = false;
    const auto again = std::exchange(m_again, {});
    for (const Wish &wish : again)
        declare(wish);
    m_engine.flushPublishesLater();
}

void Publisher::delivered(std::vector<IncomingMessage> &&) { }
void Publisher::settledTooLate(quint64) { }
void Publisher::consumerCancelled(quint64, const Error &) { }

void Publisher::channelClosed(const Error &why)
{
    m_engine.reportError(why);
    linkDown();
    m_port = std::make_unique<ChannelPort>(*m_engine.link(), this);
    m_outbox.sendAllAgain();
    const auto wishes = m_wishes;
    for (auto it = wishes.begin(); it != wishes.end(); ++it)
        m_again.insert(it.key(), it.value());
    retryLater();
}

} // namespace Qombu
