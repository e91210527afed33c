// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/connectionprivate.h"

#include <Qombu/channel.h>
#include <Qombu/consumer.h>
#include <Qombu/hub.h>
#include <Qombu/producer.h>
#include <Qombu/simplequeue.h>

#include <QtCore/qcoreapplication.h>

namespace Qombu {
namespace {

// One get() that waits: a Consumer of one message, and a deadline. Deletes itself when it ended.
class Waiter final : public QObject
{
public:
    Waiter(Connection *connection, const Queue &queue, AckMode mode, QObject *parent)
        : QObject(parent)
        , m_courier(ConnectionPrivate::get(connection)->courier())
        , m_consumer(connection, queue)
        , m_mode(mode)
    {
        m_consumer.setPrefetchCount(1);
        m_consumer.setAckMode(mode == AckMode::None ? AckMode::Manual : mode);
        connect(&m_consumer, &Consumer::messageReceived, this, &Waiter::take);
        connect(&m_consumer, &Consumer::decodeFailed, this, &Waiter::take);
        connect(&m_consumer, &Consumer::stateChanged, this, [this](Consumer::State state) {
            if (state == Consumer::Stopped)
                end(m_error);
        });
        connect(connection, &QObject::destroyed, this,
                [this] { end(ConnectionPrivate::connectionGone()); });
        connect(&m_consumer, &Consumer::errorOccurred, this,
                [this](const Error &error) { m_error = error; });
    }

    Pending<Message> wait(std::chrono::milliseconds timeout)
    {
        m_timer = Hub::current()->callLater(timeout, [this, timeout] {
            end(Error(
                Error::Timeout,
                QCoreApplication::translate("Qombu::SimpleQueue", "No message came within %1 ms.")
                    .arg(timeout.count())));
        });
        m_consumer.start();
        return m_resolver.pending();
    }

private:
    // As with Channel::get(): what nobody can receive goes back, and nothing else is acknowledged.
    void take(const Message &message)
    {
        m_resolver.onUntaken(
            [courier = m_courier, delivery = MessageBuilder::delivery(message)](const auto &) {
                delivery->disown();
                courier->order(Order::GiveBack{{delivery->number()}});
            });
        if (m_mode == AckMode::None) {
            m_resolver.onTaken([message] { message.ack(); });
            end(MessageBuilder::delivered(
                message, std::make_shared<Delivery>(nullptr, DeliveryKey(), AckMode::None)));
        } else {
            end(message);
        }
    }

    void end(Result<Message> result)
    {
        if (m_resolver.isSettled())
            return;
        m_timer.cancel();
        m_consumer.disconnect(this);
        m_consumer.cancel();
        deleteLater();
        m_resolver.settle(std::move(result));
    }

    const std::shared_ptr<Courier> m_courier;
    Consumer m_consumer;
    const AckMode m_mode;
    Error m_error;
    Resolver<Message> m_resolver;
    HubHandle m_timer;
};

Queue topology(const QString &name)
{
    return Queue(name, Exchange(name, ExchangeType::Direct), name);
}

} // namespace

// What a SimpleQueue keeps. Handle's thread.
class SimpleQueuePrivate
{
public:
    SimpleQueuePrivate(Connection *to, const QString &name)
        : connection(to)
        , queue(topology(name))
        , producer(to, queue.exchange(), name)
    {
    }

    // What question(Channel) answers, once the queue is declared.
    template<typename Question>
    std::invoke_result_t<Question, Channel &> ask(const Question &question)
    {
        if (!connection)
            return {ConnectionPrivate::connectionGone()};
        declare();
        return question(*connection->defaultChannel());
    }

    void declare()
    {
        if (isDeclared || !connection)
            return;
        isDeclared = true;
        connection->defaultChannel()->declare(queue).then(
            connection, [flag = std::weak_ptr(alive), this](const Result<QueueInfo> &result) {
                if (flag.lock() && !result.isOk())
                    isDeclared = false;
            });
    }

    const QPointer<Connection> connection;
    const Queue queue;
    Producer producer;
    bool isDeclared = false;
    const std::shared_ptr<char> alive = std::make_shared<char>();
};

/*!
    \class Qombu::SimpleQueue
    \inmodule Qombu
    \inheaderfile Qombu/SimpleQueue
    \brief A queue used like a container.

    Exchange (direct), queue and routing key share one name, so that Python's
    \c{connection.SimpleQueue(name)} meets the same queue. The
    queue is declared at the first use.

    Belongs to the thread of its Connection, as all handles do, and may outlive it.
*/

/*!
    Makes a handle with \a parent for the queue \a name of \a connection, which is not owned.
    Nothing happens before the first use.
*/
SimpleQueue::SimpleQueue(Connection *connection, const QString &name, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<SimpleQueuePrivate>(connection, name))
{
}

SimpleQueue::~SimpleQueue() = default;

/*! Appends \a body; encoding and errors are those of Producer::publish(). */
Pending<void> SimpleQueue::put(const QVariant &body)
{
    d->declare();
    return d->producer.publish(body);
}

/*!
    Takes the next message, or none if there is none now. \a mode and errors are as with
    Channel::get().
*/
Pending<std::optional<Message>> SimpleQueue::get(AckMode mode)
{
    return d->ask([&](Channel &channel) { return channel.get(d->queue.name(), mode); });
}

/*!
    Waits for the next message; Error::Timeout after \a timeout. What \a mode means is as with
    Consumer::setAckMode(), but with AckMode::None nothing is fetched ahead: the one message is
    acknowledged when it is handed over. One that nobody can receive any more goes back, as with
    Channel::get(). A body that cannot be decoded comes with Message::error().

    Each call is a consumer of its own; deleting the SimpleQueue cancels it, and the answer is
    Error::Cancelled.
*/
Pending<Message> SimpleQueue::get(std::chrono::milliseconds timeout, AckMode mode)
{
    if (!d->connection)
        return Result<Message>(ConnectionPrivate::connectionGone());
    auto *waiter = new Waiter(d->connection, d->queue, mode, this);
    return waiter->wait(timeout);
}

/*! Answers how many messages wait; held ones do not count. Errors as with Channel::inspect(). */
Pending<qint64> SimpleQueue::size()
{
    return d->ask([this](Channel &channel) {
        return channel.inspect(d->queue.name())
            .then(d->connection, [](const Result<QueueInfo> &result) {
                return result.isOk() ? Result<qint64>(result->messageCount)
                                     : Result<qint64>(result.error());
            });
    });
}

/*! Removes all waiting messages and answers how many they were. Errors as with Channel::purge(). */
Pending<qint64> SimpleQueue::clear()
{
    return d->ask([this](Channel &channel) { return channel.purge(d->queue.name()); });
}

} // namespace Qombu
