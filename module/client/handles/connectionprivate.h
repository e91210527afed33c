// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/handles/answers.h"
#include "client/handles/deliverydesk.h"
#include "client/handles/homethread.h"
#include "client/handles/publishledger.h"

#include <Qombu/connection.h>

#include <QtCore/qhash.h>
#include <QtCore/qpointer.h>

namespace Qombu {
class ProducerPrivate;

// The handles' side of a Connection: turns events of the engine into signals and answers, in the
// thread that made the Connection, which owns it. Every call into user code may delete it.
class ConnectionPrivate
{
public:
    ConnectionPrivate(Connection *connection, const BrokerUrl &brokerUrl,
                      const ConnectionOptions &connectionOptions);
    static ConnectionPrivate *get(const Connection *connection);

    // For Connection.
    void useHub(Hub *hub);
    void hear(const QEvent &event); // of the Courier
    void shutDown();
    Pending<void> close();
    bool hasEngine() const { return m_hasEngine; }
    bool isShuttingDown() const { return m_isShuttingDown; } // what is asked now is refused
    // Called after every delivery; outlives this while somebody waits on it.
    using Wake = std::shared_ptr<std::function<void()>>;
    const Wake &deliveryWake() const { return m_deliveryWake; }

    // For all handles.
    quint64 newId()
    {
        expectHome();
        return ++m_lastId;
    }
    // Of whatever a user calls.
    void expectHome() const
    {
        [[maybe_unused]] const bool isHere = m_home.isHere();
        Q_ASSERT_X(isHere, "Qombu::Connection", "handles are used in the thread that made them");
    }
    // Makes the engine at the first call; false: it is gone.
    template<typename Asked>
    bool order(Asked asked)
    {
        ensureEngine();
        return m_courier->order(std::move(asked));
    }
    // Asks the engine; the answer comes to this thread.
    template<typename T>
    Pending<T> ask(Ask::Question question)
    {
        if (m_isShuttingDown)
            return Result<T>(connectionGone());
        auto [pending, ticket] = newAnswer<T>();
        if (!order(Order::Request{ticket, std::move(question)}))
            answerLater({ticket, connectionGone()});
        return pending;
    }
    Pending<std::optional<Message>> get(const QString &queue, AckMode mode);
    template<typename T>
    std::pair<Pending<T>, quint64> newAnswer()
    {
        const quint64 ticket = newId();
        return {m_answers.add<T>(ticket), ticket};
    }
    void answerLater(News::Answer answer);
    const std::shared_ptr<Courier> &courier() const { return m_courier; }
    static Error connectionGone();
    // The name that a queue without one has now; empty: none yet.
    QString nameOf(const Queue &queue) const;
    void wakeLater();

    // For Producers.
    Pending<void> publish(PublishRequest &&request);
    Pending<void> failPublishLater(PublishRequest &&request, const Error &error);

    Connection *const q;
    BrokerUrl url;
    ConnectionOptions options;
    Connection::State state = Connection::Closed;
    Error error;
    bool isBlocked = false;
    QVariantMap serverProperties;
    std::optional<Capabilities> capabilities; // of the server; none: not known yet
    Channel *defaultChannel = nullptr;
    PublishLedger ledger{options};
    DeliveryDesk desk{*this};

private:
    class Reader;
    friend class Reader;
    // A publish that never left.
    struct FailedPublish
    {
        PublishLedger::Entry entry;
        Error why;
        std::unique_ptr<PublishRequest> request;
    };
    using Item = std::variant<Event, FailedPublish>;

    void ensureEngine();
    bool isSameThread() const;
    void waitForEngineEnd();
    void failEverything();
    void rest();
    void dispatch();
    void readInbox();
    bool readEnds(PublishEnds &batch); // false: gone, or some are left
    void deliver();

    const HomeThread m_home{*q};
    const std::shared_ptr<Courier> m_courier = std::make_shared<Courier>();
    QPointer<Hub> m_chosenHub; // options.hub; null if that is gone
    Hub *m_hub = nullptr;
    bool m_hasEngine = false;
    bool m_isClosing = false; // until ClosingEnded of m_closeNumber
    quint64 m_closeNumber = 0;
    bool m_isShuttingDown = false;
    quint64 m_lastId = 0;

    Answers m_answers;
    QHash<quint64, QString> m_names; // of queues without one, by token

    std::deque<Item> m_inbox;
    int m_budget = 0; // signals and answers until the event loop must have its turn
    bool m_isResting = false; // until it has had it
    const Wake m_deliveryWake = std::make_shared<std::function<void()>>();
};

} // namespace Qombu
