// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/events.h"
#include "client/engine/backoff.h"
#include "client/engine/culpritsearch.h"
#include "client/engine/delays.h"
#include "client/engine/outbox.h"
#include "port/channels.h"

#include <limits>

namespace Qombu {
class Engine;

// Brings the publishes of one Connection to the broker, in order, one batch a turn, and again after
// a loss. Nothing leaves while the broker is blocked or has no room, or while something must be
// declared first. Hub's thread; the Engine owns it.
class Publisher final : public PublishListener
{
public:
    explicit Publisher(Engine &engine);

    void add(PublishRequest &&request);
    void linkReady();
    void linkDown(const Error &why);
    void linkUnblocked();
    // Sends what waits, if there is a link and nothing that must come before it.
    void flush();
    // Hands over what ended since the last time.
    void reportEnds();
    bool isEmpty() const { return m_outbox.isEmpty(); }
    quint64 firstOpen() const { return m_outbox.firstOpen(); } // all below it have ended
    void failAll(const Error &error);

private:
    void end(PublishRequest &&request, const Error &error);
    void endIf(const std::function<bool(const PublishRequest &)> &condition,
               const std::function<Error(const Outbox::Removed &)> &why, quint64 from = 0);
    std::vector<quint64> closeChannel(Outbox::Gone gone);
    void refuse();
    void send(std::vector<OutgoingMessage> &&batch, bool carefully);
    Outbox::MustWait whatMustWait();
    void endUncertain(const std::vector<quint64> &outstanding, const Error &why);
    void address(std::vector<OutgoingMessage> &batch);
    void prepareDelayed();
    Error refusalOf(const PublishRequest &request) const;
    bool isAbout(const Error &why, const PublishRequest &request) const;
    void refusedByClosing(const Error &why);
    void armDeadline();
    void expire();
    Error tooLate(const Outbox::Removed &removed) const;
    void retryLater();
    void retry();

    void published(std::vector<PublishOutcome> &&outcomes) override;
    void publishRoom(int messages, qint64 bytes) override;
    void channelClosed(const Error &why) override;

    Engine &m_engine;
    Outbox m_outbox;
    QString m_messageIds; // what those that it gives begin with
    std::vector<PublishEnd> m_ends;
    std::unique_ptr<PublishChannel> m_channel;
    int m_roomMessages = std::numeric_limits<int>::max(); // in all, answered or not
    qint64 m_roomBytes = std::numeric_limits<qint64>::max();
    bool m_hasNameless = false; // queues of publishes, or had
    Delays m_delays;
    bool m_hasDelayed = false; // or had
    quint64 m_firstUnprepared = 0; // of those that are delayed, on this link
    CulpritSearch m_search;
    int m_part = 0; // so many are under way together
    HubHandle m_deadlineTimer;
    std::optional<Hub::TimePoint> m_armedFor;
    HubHandle m_retryTimer;
    bool m_isWaiting = false; // for m_retryTimer
    Error m_refusal; // why the broker did not take something for now
    Error m_closing; // why there was no channel of late
    Backoff m_backoff;
};

} // namespace Qombu
