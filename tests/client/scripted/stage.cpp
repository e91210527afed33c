// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/stage.h"

#include <QtCore/qcoreapplication.h>

using namespace std::chrono_literals;

namespace Qombu {

Stage::Stage(const QString &url, ConnectionOptions options)
{
    options.hub = &hub;
    connection = std::make_unique<Connection>(url, options);
}

Stage::~Stage() = default;

void Stage::turn()
{
    for (int i = 0; i < 8; ++i) {
        hub.settle();
        QCoreApplication::processEvents();
    }
}

void Stage::advance(std::chrono::milliseconds time)
{
    hub.advance(time);
    turn();
}

void Stage::reconnect()
{
    broker.breakLink();
    advance(2s);
}

Pending<void> Stage::publish(const QString &text, const QString &queue)
{
    return Producer(connection.get(), Queue(queue)).publish(text, asText());
}

Pending<void> Stage::publishTo(const Exchange &exchange, const QString &text)
{
    return Producer(connection.get(), exchange, QStringLiteral("key")).publish(text, asText());
}

Subscriber::Subscriber(Stage &stage, const QList<Queue> &queues, AckMode mode)
    : consumer(stage.connection.get(), queues)
    , cancelled(&consumer, &Consumer::cancelledByBroker)
    , lost(&consumer, &Consumer::settlementLost)
    , errors(&consumer, &Consumer::errorOccurred)
    , m_stage(stage)
{
    consumer.setAckMode(mode);
    QObject::connect(&consumer, &Consumer::messageReceived, &consumer,
                     [this](const Message &message) { messages.append(message); });
}

Subscriber &Subscriber::start()
{
    consumer.start();
    m_stage.turn();
    return *this;
}

Error broken(const QString &why)
{
    return Error(Error::Connection, why).withRecoverable(true);
}

Error refused(const QString &why, int replyCode)
{
    return Error(Error::Channel, why).withReplyCode(replyCode).withRecoverable(false);
}

QStringList list(std::initializer_list<const char *> texts)
{
    QStringList result;
    for (const char *text : texts)
        result.append(QString::fromUtf8(text));
    return result;
}

PublishOptions asText()
{
    PublishOptions options;
    options.serializer = QStringLiteral("text");
    return options;
}

QStringList only(const QStringList &log, const QString &beginning)
{
    QStringList result;
    for (const QString &line : log) {
        if (line.startsWith(beginning))
            result.append(line);
    }
    return result;
}

} // namespace Qombu
