// SPDX-License-Identifier: BSD-3-Clause
// The first program that people meet, as it stands in the documentation: it must compile without
// warnings and without any definition of ours.
#include <Qombu/Connection>
#include <Qombu/Consumer>
#include <Qombu/Producer>

#include <QCoreApplication>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    Qombu::Connection broker("redis://localhost");
    QObject::connect(&broker, &Qombu::Connection::errorOccurred, &app,
                     [](const Qombu::Error &error) { qWarning() << error.text(); });
    Qombu::Consumer orders(&broker, "orders"); // a Queue converts from its name
    QObject::connect(&orders, &Qombu::Consumer::messageReceived, &app,
                     [](const Qombu::Message &message) {
                         qInfo() << message.body().toMap();
                         message.ack();
                     });
    orders.start(); // waits for the broker, reconnects, re-declares
    Qombu::Producer(&broker, "orders").publish(QVariantMap{{"id", 7}});
    return app.exec();
}
