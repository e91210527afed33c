// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/courier.h"
#include "client/engine/engineconsumer.h"
#include "client/handles/publishledger.h"

#include <Qombu/connection.h>
#include <Qombu/spi/resolver.h>

#include <QtCore/qpointer.h>

#include <unordered_map>

namespace Qombu {
class ConsumerPrivate;
class Engine;
class ProducerPrivate;

// The handles' side of a Connection: turns events of the engine into signals and answers, in the
// thread that made the Connection, which owns it. Every call into user code may delete it.
class ConnectionPrivate
{
public:
    ConnectionPrivate(Connection *connection, const BrokerUrl &brokerUrl,
                      const ConnectionOptions &connectionOptions);
    ~ConnectionPrivate();
    static ConnectionPrivate *get(const Connection *connection);

    // For Connection.
    void shutDown();
    Pending<void> close();
    bool hasEngine() const { return m_hasEngine; }
    qint64 deliveredMessages() const { return m_delivered; }
    // Called after every delivery; outlives this while somebody waits on it.
    using Wake = std::shared_ptr<std::function<void()>>;
    const Wake &deliveryWake() const { return m_deliveryWake; }
    const PublishLedger &ledger() const { return m_ledger; }

    // For all handles.
    quint64 newId() { return ++m_lastId; }
    bool send(Command command); // makes the engine at the first call
    // Asks the engine; the answer comes to this thread.
    template<typename T>
    Pending<T> ask(std::function<void(Engine &, Done<T>)> question);
    // An answer to be given by done(), in whatever thread.
    template<typename T>
    std::pair<Pending<T>, Done<T>> newAnswer();
    template<typename T>
    Pending<T> failLater(const Error &error);
    const std::shared_ptr<Courier> &courier() const { return m_courier; }
    static Error connectionGone();

    Pending<std::optional<Message>> get(quint64 channel, const QString &queue, AckMode mode);

    // For Producers.
    void add(quint64 id, ProducerPrivate *producer);
    void removeProducer(quint64 id);
    Pending<void> publish(std::unique_ptr<PublishRequest> request);
    Pending<void> failPublishLater(std::unique_ptr<PublishRequest> request, const Error &error);
    void wish(const Exchange &exchange);
    void wish(const Queue &queue);

    // For Consumers.
    void add(quint64 id, ConsumerPrivate *consumer);
    void forgetConsumer(ConsumerPrivate *consumer); // it is being destroyed
    void addHandle(ConsumerPrivate *consumer);
    Pending<void> cancelConsumer(quint64 id, std::deque<FetchedBatch> undelivered);
    void deliverLater(quint64 consumer);

    // What the engine says.
    void closingEnded(quint64 number);
    void changeState(Connection::State state);
    void errorHappened(const Error &error);
    void reconnecting(int attempt, std::chrono::milliseconds delay, const QString &url);
    void serverPropertiesChanged(const QVariantMap &properties);
    void blockedChanged(bool blocked, const QString &reason);
    void contentionChanged(const QString &queue, bool contended);
    void messageQuarantined(const QString &queue, const Error &why);
    void linkLost(quint64 nextGeneration);
    void dropFetched(quint64 id);
    void consumerStateChanged(quint64 id, Consumer::State state);
    void consumerFailed(quint64 id, const Error &error);
    void consumerCancelled(quint64 id, const Error &why);
    void consumerDrained(quint64 id);
    void settlementLost(quint64 id, const QString &queue, const QString &deliveryTag);

    Connection *const q;
    BrokerUrl url;
    ConnectionOptions options;
    Connection::State state = Connection::Closed;
    Error error;
    bool isBlocked = false;
    QVariantMap serverProperties;
    Channel *defaultChannel = nullptr;

private:
    struct AnswerBase
    {
        virtual ~AnswerBase() = default;
        virtual void fail(const Error &error) = 0;
    };
    template<typename T>
    struct Answer final : AnswerBase
    {
        Resolver<T> resolver;
        void fail(const Error &error) override { resolver.fail(error); }
    };
    // A cancelled consumer until the engine says that nothing comes any more.
    struct Draining
    {
        std::deque<FetchedBatch> undelivered;
        Done<void> done;
    };
    class Receiver;
    friend class Receiver;

    template<typename T>
    void answer(quint64 id, Result<T> result);
    void ensureEngine();
    bool isSameThread() const;
    void waitForEngineEnd();
    void failEverything();
    void loopTurned();
    void rest();
    void dispatch();
    void postWake();
    void accept(FetchedBatch batch);
    // False: deleted meanwhile.
    bool settlePublish(PublishEnd end);
    bool endPublish(PublishLedger::Entry entry, const Error &error,
                    std::unique_ptr<PublishRequest> request);
    void deliver();
    ConsumerPrivate *consumer(quint64 id) const;

    std::shared_ptr<Courier> m_courier = std::make_shared<Courier>();
    std::unique_ptr<Receiver> m_receiver;
    Hub *m_hub = nullptr;
    bool m_hasEngine = false;
    bool m_isClosing = false; // until closingEnded(m_closeNumber)
    quint64 m_closeNumber = 0;
    bool m_isShuttingDown = false;
    quint64 m_lastId = 0;

    std::unordered_map<quint64, std::unique_ptr<AnswerBase>> m_answers;
    PublishLedger m_ledger;
    std::unordered_map<quint64, ProducerPrivate *> m_producers;
    QHash<QString, Exchange> m_wishedExchanges;
    QHash<QString, Queue> m_wishedQueues;
    std::unordered_map<quint64, ConsumerPrivate *> m_consumers; // started ones
    std::vector<ConsumerPrivate *> m_consumerHandles; // all
    std::unordered_map<quint64, Draining> m_draining;

    std::deque<Event> m_inbox;
    std::deque<PublishEnd> m_ends;
    std::deque<quint64> m_ready; // consumers with something to deliver
    int m_depth = 0; // of dispatch()
    int m_budget = 0; // signals and answers until the event loop must have its turn
    bool m_isResting = false; // until it has had it
    qint64 m_delivered = 0;
    const Wake m_deliveryWake = std::make_shared<std::function<void()>>();
};

template<typename T>
std::pair<Pending<T>, Done<T>> ConnectionPrivate::newAnswer()
{
    const quint64 id = newId();
    auto made = std::make_unique<Answer<T>>();
    Pending<T> pending = made->resolver.pending();
    m_answers.emplace(id, std::move(made));
    Done<T> done = [courier = std::weak_ptr(m_courier), id](Result<T> result) {
        if (const auto way = courier.lock()) {
            way->report([id, result = std::move(result)](ConnectionPrivate &connection) {
                connection.answer<T>(id, result);
            });
        }
    };
    return {std::move(pending), std::move(done)};
}

template<typename T>
Pending<T> ConnectionPrivate::ask(std::function<void(Engine &, Done<T>)> question)
{
    auto [pending, done] = newAnswer<T>();
    const bool isSent = send(EngineCall(
        [question = std::move(question), done = done](Engine &engine) { question(engine, done); }));
    if (!isSent)
        done(connectionGone());
    return pending;
}

template<typename T>
Pending<T> ConnectionPrivate::failLater(const Error &why)
{
    auto [pending, done] = newAnswer<T>();
    done(why);
    return pending;
}

template<typename T>
void ConnectionPrivate::answer(quint64 id, Result<T> result)
{
    const auto found = m_answers.find(id);
    if (found == m_answers.end())
        return;
    const auto taken = std::move(found->second);
    m_answers.erase(found);
    static_cast<Answer<T> &>(*taken).resolver.settle(std::move(result));
}

} // namespace Qombu
