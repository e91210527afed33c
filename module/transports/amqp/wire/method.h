// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/result.h>

#include <QVariantMap>

namespace Qombu::Amqp {

// A method that a client sends: its class and number, its arguments as they go into the frame.
struct Method
{
    quint32 id = 0;
    QByteArray arguments;
    quint32 answer = 0; // what the server answers; 0: nothing
};

// The arguments of those that have many. Names that are too long and tables that cannot be written
// are Error::Encode.
struct DeclareExchange
{
    QString name;
    QString type;
    bool passive = false;
    bool durable = true;
    bool autoDelete = false;
    bool internal = false;
    QVariantMap arguments = {};
};

struct DeclareQueue
{
    QString name; // empty: the server chooses, and tells in its answer
    bool passive = false;
    bool durable = true;
    bool exclusive = false;
    bool autoDelete = false;
    QVariantMap arguments = {};
};

struct Bind
{
    QString target; // a queue, or the exchange that receives
    QString exchange; // the one that routes
    QString routingKey = {};
    QVariantMap arguments = {};
};

struct Consume
{
    QString queue;
    QString tag = {}; // empty: the server chooses
    bool noAck = false;
    bool exclusive = false;
    bool noWait = false;
    QVariantMap arguments = {};
};

Result<Method> exchangeDeclare(const DeclareExchange &exchange);
Result<Method> exchangeDelete(const QString &name, bool ifUnused = false);
Result<Method> exchangeBind(const Bind &binding);
Result<Method> exchangeUnbind(const Bind &binding);
Result<Method> queueDeclare(const DeclareQueue &queue);
Result<Method> queueBind(const Bind &binding);
Result<Method> queueUnbind(const Bind &binding);
Result<Method> queuePurge(const QString &name);
Result<Method> queueDelete(const QString &name, bool ifUnused = false, bool ifEmpty = false);
Method basicQos(quint16 count); // of each consumer that is started after it; never global
Result<Method> basicConsume(const Consume &request);
Result<Method> basicCancel(const QString &tag, bool noWait = false);
Result<Method> basicGet(const QString &queue, bool noAck);
Result<Method> basicPublish(const QString &exchange, const QString &routingKey, bool mandatory);
Method basicAck(quint64 number, bool multiple);
Method basicNack(quint64 number, bool multiple, bool requeue);
Method basicReject(quint64 number, bool requeue);
Method basicRecover(bool requeue);
Method confirmSelect();
Method txSelect();
Method txCommit();

Method channelOpen();
Method channelClose(quint16 code = 200, const QString &text = {}, quint32 failed = 0);
Method channelCloseOk();
Method basicCancelOk(const QByteArray &tag);
Method channelFlowOk(bool isActive);

struct StartAnswer
{
    QVariantMap properties;
    QByteArray mechanism;
    QByteArray response;
    QByteArray locale = "en_US";
};
Result<Method> connectionStartOk(const StartAnswer &answer);
Method connectionTuneOk(quint16 channelMax, quint32 frameMax, quint16 heartbeatSeconds);
Result<Method> connectionOpen(const QString &virtualHost);
Method connectionClose(quint16 code, const QString &text, quint32 failed = 0);
Method connectionCloseOk();
// An extension of RabbitMQ 3.8 which rabbitmq-c does not have.
Method connectionUpdateSecret(const QString &secret, const QString &reason);

} // namespace Qombu::Amqp
