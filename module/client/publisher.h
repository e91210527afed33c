// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/linkports.h"
#include "client/outbox.h"

#include <QtCore/qhash.h>

#include <variant>

namespace Qombu {
class Engine;

// Brings the publishes of one Connection to the broker, in order, one batch a turn, and again after
// a loss. Exchanges and queues that producers speak of are declared once on every link before
// anything is sent on it. Hub's thread; the Engine owns it.
class Publisher final : public LinkChannelListener
{
public:
    explicit Publisher(Engine &engine);
    ~Publisher() override;

    void add(std::unique_ptr<PublishRequest> request);
    void wish(const Exchange &exchange);
    void wish(const Queue &queue);

    void linkReady();
    void linkDown();
    void linkUnblocked();
    // Sends what waits, if there is a link and nothing that must come before it.
    void flush();
    // Hands over what ended since the last time.
    void reportEnds();
    bool isEmpty() const { return m_outbox.isEmpty(); }
    void failAll(const Error &error);

private:
    using Wish = std::variant<Exchange, Queue>;

    static QString nameOf(const Wish &wish); // queues are in the default exchange: "" → "\n" + name
    static QString nameOf(const PublishRequest &request);
    void want(const Wish &wish);
    void declare(const Wish &wish);
    void declared(const Wish &wish, const Error &error);
    void refuse();
    void end(std::unique_ptr<PublishRequest> request, const Error &error);
    void armDeadline();
    void expire();
    void retryLater();
    void retry();

    void delivered(std::vector<IncomingMessage> &&messages) override;
    void published(std::vector<PublishOutcome> &&outcomes) override;
    void settledTooLate(quint64 delivery) override;
    void consumerCancelled(quint64 consumer, const Error &why) override;
    void channelClosed(const Error &why) override;

    Engine &m_engine;
    Outbox m_outbox;
    std::vector<PublishEnd> m_ends;
    QHash<QString, Wish> m_wishes;
    QHash<QString, Error> m_refused; // wishes that the broker refused on this link
    QHash<QString, Wish> m_again; // wishes to be declared again at the next retry()
    int m_declaring = 0;
    std::unique_ptr<ChannelPort> m_port;
    HubHandle m_deadlineTimer;
    std::optional<Hub::TimePoint> m_armedFor;
    HubHandle m_retryTimer;
    bool m_isWaiting = false; // for m_retryTimer
    Error m_refusal; // why the broker did not take something for now
    std::chrono::milliseconds m_retryDelay;
};

} // namespace Qombu
