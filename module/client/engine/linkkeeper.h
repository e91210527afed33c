// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/engine/retryschedule.h"
#include "port/transport.h"

#include <Qombu/connection.h>

#include <map>
#include <optional>

namespace Qombu {
class Engine;

// Makes the links of one Connection, one at a time: connects, loses, waits, closes, and tells the
// Engine. Hub's thread; the Engine owns it.
class LinkKeeper final
{
public:
    LinkKeeper(Engine &engine, const BrokerUrl &url);
    ~LinkKeeper();

    void open(); // unless it is open or being opened
    Connection::State state() const { return m_state; } // never Closing
    Error lastError() const { return m_lastError; } // none while open
    Link *link() const { return m_state == Connection::Open ? m_link.get() : nullptr; }
    // Capability::HeldOutlivesLink of the last one that was open: it tells of what is held.
    bool holdsOutlive() const { return m_holdsOutlive; }
    qint64 openSettlements() const; // that transports have taken
    qint64 held() const; // by transports, beyond their links
    void abandonHeld();
    DeliveryNumbers &numbers() { return m_numbers; }
    void linkWorked() { m_schedule.linkWorked(); } // it consumes, delivered, confirmed

    // The answer to News::CredentialsWanted.
    void useCredentials(quint64 attempt, const Credentials &credentials);
    void useSecret(const QString &secret); // from the next log-in on
    // The link is of no use any more.
    void fail(const Error &error);
    void close() { m_link->close(); } // the link; Engine::linkClosed() is the answer
    void stop(); // no link, and none is tried
    // Why it gave up, where it is too early to try again unless a person says so.
    Error refusal() const;
    bool isBlocked() const { return m_isBlocked; }

private:
    class Ear;

    void connect();
    void openLink(Transport *transport, const BrokerUrl &url);
    void askCredentials(const BrokerUrl &url, AnswerCredentials answer);
    Result<Transport *> transportFor(const BrokerUrl &url);
    void attemptFailed(const Error &error);
    void drop(const Error &why);
    void setBlocked(bool blocked, const QString &reason);

    void opened(const QVariantMap &serverProperties);

    Engine &m_engine;
    const QList<BrokerUrl> m_urls;
    RetrySchedule m_schedule;
    quint64 m_lastAttempt = 0; // to log in
    std::map<quint64, AnswerCredentials> m_attempts; // whose credentials are awaited
    std::optional<QString> m_secret; // that replaces the URLs'
    Connection::State m_state = Connection::Closed;
    Error m_lastError;
    DeliveryNumbers m_numbers;
    std::map<QString, std::unique_ptr<Transport>> m_transports; // by name; outlive links
    std::shared_ptr<Ear> m_ear; // of m_link
    std::unique_ptr<Link> m_link;
    bool m_isBlocked = false;
    bool m_holdsOutlive = false;
    std::optional<Hub::TimePoint> m_refusedUntil; // it gave up for what a person must mend
    HubHandle m_timer; // until the next attempt
};

} // namespace Qombu
