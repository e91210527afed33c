// SPDX-License-Identifier: BSD-3-Clause
// Orders in a coroutine: each line waits for the broker, and the program never blocks.
#include <Qombu/Connection>
#include <Qombu/Coroutine>
#include <Qombu/Producer>
#include <Qombu/SimpleQueue>

#include <QCoreApplication>
#include <QDebug>

using namespace std::chrono_literals;

// Ends with app, wherever it waits then.
Qombu::Detached run(QCoreApplication *app, Qombu::Connection *broker)
{
    Qombu::Producer orders(broker, "orders");
    for (int id = 1; id <= 3; ++id) {
        const QVariantMap order{{"id", id}};
        const Qombu::Result<void> sent = co_await orders.publish(order);
        if (!sent)
            qWarning() << "not sent:" << sent.error().text();
    }
    Qombu::SimpleQueue queue(broker, "orders");
    while (const Qombu::Result<Qombu::Message> order = co_await queue.get(1s)) {
        qInfo() << order->body().toMap();
        order->ack();
    }
    co_await broker->close();
    app->quit();
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    Qombu::Connection broker("redis://localhost");
    run(&app, &broker);
    return app.exec();
}
