// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/engine/supervisor.h"
#include "port/transport.h"

#include <Qombu/hub.h>

namespace Qombu {
class Engine;

// Makes the links of one Connection, one at a time: connects, loses, waits, closes, and tells the
// Engine. Hub's thread; the Engine owns it.
class LinkKeeper final : private LinkListener
{
public:
    LinkKeeper(Engine &engine, const BrokerUrl &url);
    ~LinkKeeper() override;

    void open(); // unless it is open or being opened
    Connection::State state() const { return m_supervisor.state(); } // never Closing
    Error lastError() const { return m_supervisor.lastError(); } // none while open
    Link *link() const { return m_isOpen ? m_link.get() : nullptr; }
    bool holdsOutlive() const; // Capability::HeldOutlivesLink
    DeliveryNumbers &numbers() { return m_numbers; }

    // The link is of no use any more. Not inside its own calls.
    void fail(const Error &error);
    void close(); // the link; Engine::linkClosed() is the answer
    void stop(); // no link, and none is tried
    bool isBlocked() const { return m_isBlocked; }

private:
    void follow(const Supervisor::Step &step);
    void connectTo(int alternate);
    Result<Transport *> transportFor(const BrokerUrl &url);
    void attemptFailed(const Error &error);
    void drop(const Error &why);
    void setBlocked(bool blocked, const QString &reason);

    void linkOpened(const QVariantMap &serverProperties) override;
    void linkFailed(const Error &error) override;
    void linkClosed() override;
    void linkBlocked(const QString &reason) override;
    void linkUnblocked() override;
    void settledTooLate(quint64 consumer, quint64 delivery, const QString &queue,
                        const QString &tag) override;
    void notice(const BrokerNotice &notice) override;

    Engine &m_engine;
    const QList<BrokerUrl> m_urls;
    Supervisor m_supervisor;
    DeliveryNumbers m_numbers;
    std::map<QString, std::unique_ptr<Transport>> m_transports; // by name; outlive links
    std::unique_ptr<Link> m_link;
    bool m_isOpen = false;
    bool m_isBlocked = false;
    HubHandle m_timer; // until the next attempt
};

} // namespace Qombu
