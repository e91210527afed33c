// SPDX-License-Identifier: BSD-3-Clause
// Qombu's side of the rows on RabbitMQ, through the public API as anybody would use it:
//   bench_amqp confirmed|unconfirmed PORT COUNT SIZE MODE    delivery mode: 1 transient, 2
//   persistent bench_amqp consume PORT COUNT PREFETCH ACKS    so many acknowledged at once; 0:
//   nothing is bench_amqp channels PORT COUNT    a consumer each bench_amqp topology PORT QUEUES
//   BINDINGS    of each queue; declares them, says "ready", and
//                                               measures how they are made again after a loss
// Each prints one object.
#include "stopwatch.h"

#include <Qombu/channel.h>
#include <Qombu/connection.h>
#include <Qombu/consumer.h>
#include <Qombu/producer.h>

#include <QCoreApplication>
#include <QTimer>

#include <cstdlib>

namespace {

using namespace Qombu;

constexpr qint64 Window = 1000; // messages that are published and not confirmed
constexpr int PollMilliseconds = 10;

const QString QueueName = QStringLiteral("qombu.bench");

[[noreturn]] void die(const Error &error)
{
    fprintf(stderr, "bench_amqp: %s\n", qUtf8Printable(error.text()));
    exit(1);
}

BrokerUrl brokerAt(const QString &port, bool confirms = true)
{
    return BrokerUrl(QStringLiteral("amqp://127.0.0.1:%1//?confirm_publish=%2")
                         .arg(port, confirms ? QStringLiteral("true") : QStringLiteral("false")));
}

Queue benchQueue()
{
    return Queue(QueueName).setDeclared(false);
}

class Publishing
{
public:
    Publishing(const QStringList &arguments, bool confirms)
        : m_connection(brokerAt(arguments.value(2), confirms))
        , m_producer(&m_connection, Exchange(), QueueName)
        , m_count(arguments.value(3).toLongLong())
        , m_body(QByteArray(arguments.value(4).toInt(), 'x'))
        , m_confirms(confirms)
    {
        PublishOptions options;
        options.deliveryMode = DeliveryMode(arguments.value(5).toInt());
        m_producer.setDefaults(options);
    }

    // The link for publishing is made by the first publish.
    void run()
    {
        if (const auto sent = m_producer.publish(m_body).wait(); !sent)
            die(sent.error());
        m_watch.start();
        fill();
        QCoreApplication::exec();
    }

private:
    void fill()
    {
        while (m_sent < m_count && m_sent - m_done < Window) {
            ++m_sent;
            m_producer.publish(m_body).then(&m_connection,
                                            [this](const Result<void> &result) { ended(result); });
        }
    }
    void ended(const Result<void> &result)
    {
        if (!result)
            die(result.error());
        if (++m_done < m_count)
            fill();
        else if (m_confirms)
            finish();
        else
            awaitAll();
    }
    // Without confirmations it is done when the queue has all of them.
    void awaitAll()
    {
        m_connection.defaultChannel()->inspect(QueueName).then(
            &m_connection, [this](const Result<QueueInfo> &info) {
                if (!info)
                    die(info.error());
                if (info->messageCount > m_count)
                    finish();
                else
                    QTimer::singleShot(PollMilliseconds, &m_connection, [this] { awaitAll(); });
            });
    }
    void finish()
    {
        m_watch.report(long(m_count));
        QCoreApplication::quit();
    }

    Connection m_connection;
    Producer m_producer;
    const qint64 m_count;
    const QVariant m_body;
    const bool m_confirms;
    qint64 m_sent = 0;
    qint64 m_done = 0;
    Stopwatch m_watch;
};

// The first message starts the clock.
void consume(const QStringList &arguments)
{
    Connection connection(brokerAt(arguments.value(2)));
    Consumer consumer(&connection, benchQueue());
    const qint64 count = arguments.value(3).toLongLong();
    const qsizetype acks = arguments.value(5).toInt();
    consumer.setPrefetchCount(arguments.value(4).toInt());
    consumer.setAckMode(acks == 0 ? AckMode::None : AckMode::Manual);
    Stopwatch watch;
    qint64 seen = 0;
    QList<Message> held;
    QObject::connect(&consumer, &Consumer::messageReceived, &consumer, [&](const Message &message) {
        if (seen == 0)
            watch.start();
        ++seen;
        if (acks > 0)
            held.append(message);
        if (held.size() == acks || seen == count) {
            for (const Message &one : std::as_const(held))
                one.ack();
            held.clear();
        }
        if (seen == count) {
            watch.report(long(count));
            QCoreApplication::quit();
        }
    });
    QObject::connect(&consumer, &Consumer::errorOccurred, &consumer, die);
    consumer.start();
    QCoreApplication::exec();
}

void openChannels(const QStringList &arguments)
{
    Connection connection(brokerAt(arguments.value(2)));
    if (const auto opened = connection.whenOpen().wait(); !opened)
        die(opened.error());
    const int count = arguments.value(3).toInt();
    int consuming = 0;
    Stopwatch watch;
    watch.start();
    for (int i = 0; i < count; ++i) {
        auto *const consumer = new Consumer(&connection, benchQueue(), &connection);
        QObject::connect(consumer, &Consumer::errorOccurred, consumer, die);
        QObject::connect(consumer, &Consumer::stateChanged, consumer, [&](Consumer::State state) {
            if (state == Consumer::Consuming && ++consuming == count)
                QCoreApplication::quit();
        });
        consumer->start();
    }
    QCoreApplication::exec();
    const auto info = connection.defaultChannel()->inspect(QueueName).wait();
    if (!info)
        die(info.error());
    watch.report(count, {{"consumers", double(info->consumerCount)}});
}

Queue queueWithBindings(int number, int bindings)
{
    Queue queue(QStringLiteral("qombu.bench.%1").arg(number));
    queue.setDurable(false);
    Exchange exchange(QStringLiteral("qombu.bench"));
    exchange.setDurable(false);
    for (int i = 0; i < bindings; ++i)
        queue.addBinding(exchange, QStringLiteral("key.%1.%2").arg(number).arg(i));
    return queue;
}

void recoverTopology(const QStringList &arguments)
{
    Connection connection(brokerAt(arguments.value(2)));
    const int queues = arguments.value(3).toInt();
    const int bindings = arguments.value(4).toInt();
    Pending<QueueInfo> last = Result<QueueInfo>(QueueInfo());
    for (int i = 0; i < queues; ++i)
        last = connection.defaultChannel()->declare(queueWithBindings(i, bindings));
    if (const auto declared = last.wait(std::chrono::minutes(2)); !declared)
        die(declared.error());
    Stopwatch watch;
    // From the attempt to connect until a question is answered, which waits for the rebuild.
    QObject::connect(&connection, &Connection::stateChanged, &connection,
                     [&](Connection::State state) {
                         if (state == Connection::Connecting)
                             watch.start();
                         if (state == Connection::Open)
                             connection.defaultChannel()
                                 ->inspect(queueWithBindings(queues - 1, 0).name())
                                 .then(&connection, [&](const Result<QueueInfo> &info) {
                                     if (!info)
                                         die(info.error());
                                     watch.report(queues);
                                     QCoreApplication::quit();
                                 });
                     });
    puts("ready");
    fflush(stdout);
    QCoreApplication::exec();
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const QString work = arguments.value(1);
    if (work == QLatin1String("confirmed") || work == QLatin1String("unconfirmed"))
        Publishing(arguments, work == QLatin1String("confirmed")).run();
    else if (work == QLatin1String("consume"))
        consume(arguments);
    else if (work == QLatin1String("channels"))
        openChannels(arguments);
    else if (work == QLatin1String("topology"))
        recoverTopology(arguments);
    else
        die(Error(Error::Configuration, QStringLiteral("unknown work")));
}
