// SPDX-License-Identifier: BSD-3-Clause
// Publishes and consumes inside one process: bench_memory COUNT SIZE prints one object.
#include <Qombu/channel.h>
#include <Qombu/connection.h>
#include <Qombu/consumer.h>
#include <Qombu/producer.h>

#include <QCoreApplication>
#include <QElapsedTimer>

#include <cstdio>

int main(int argc, char **argv)
{
    using namespace Qombu;
    QCoreApplication app(argc, argv);
    const qint64 count = argc > 1 ? atoll(argv[1]) : 200000;
    const int size = argc > 2 ? atoi(argv[2]) : 200;
    const QVariantMap body{{QStringLiteral("data"), QString(size - 12, QLatin1Char('x'))}};

    Connection connection("memory://bench");
    const Exchange exchange(QStringLiteral("qombu.bench"));
    Consumer consumer(&connection,
                      Queue(QStringLiteral("qombu.bench"), exchange, QStringLiteral("bench")));
    Producer producer(&connection, exchange, QStringLiteral("bench"));
    consumer.setPrefetchCount(100);
    qint64 sent = 0;
    qint64 seen = 0;
    // As Kombu's side of the comparison: first all is published, then all is consumed.
    const auto publish = [&](auto &&self) -> void {
        for (int i = 0; i < 1000 && sent < count; ++i, ++sent) {
            auto result = producer.publish(body);
            if (i == 999 || sent + 1 == count)
                result.then(&app, [&, self](const Result<void> &) {
                    if (sent < count)
                        self(self);
                    else
                        consumer.start();
                });
        }
    };
    QObject::connect(&consumer, &Consumer::messageReceived, &app, [&](const Message &message) {
        message.ack();
        if (++seen == count)
            QCoreApplication::quit();
    });
    if (!connection.defaultChannel()->declare(consumer.queues().constFirst()).wait())
        return 1;
    QElapsedTimer clock;
    clock.start();
    publish(publish);
    QCoreApplication::exec();
    const double seconds = double(clock.nsecsElapsed()) / 1e9;
    printf("{\"messages\": %lld, \"seconds\": %.6f, \"messages_per_second\": %.1f}\n",
           static_cast<long long>(count), seconds, double(count) / seconds);
}
