// SPDX-License-Identifier: BSD-3-Clause
#include "broker/writegate.h"

#include <Qombu/channel.h>
#include <Qombu/resolver.h>

#include <QtCore/qpointer.h>
#include <QtCore/quuid.h>

namespace Qombu::Inspector {
namespace {

constexpr qsizetype MaximumRecords = 1000;

} // namespace

WriteGate::WriteGate(QObject *parent)
    : QObject(parent)
{
}

WriteGate::~WriteGate() = default;

void WriteGate::setReadOnly(bool readOnly)
{
    if (m_readOnly == readOnly)
        return;
    m_readOnly = readOnly;
    Q_EMIT readOnlyChanged(readOnly);
}

void WriteGate::setEnvironment(Environment environment)
{
    if (m_environment == environment)
        return;
    m_environment = environment;
    if (environment == Environment::Production)
        setReadOnly(true);
    Q_EMIT environmentChanged();
}

void WriteGate::setConnection(Connection *connection)
{
    m_producer.reset();
    m_browser.reset();
    m_connection = connection;
}

Error WriteGate::enter(const QString &what)
{
    Error error;
    if (m_readOnly)
        error = Error(Error::Configuration, tr("Read-only mode is on: nothing was sent."));
    else if (!m_connection)
        error = Error(Error::Connection, tr("There is no broker."));
    if (m_records.size() >= MaximumRecords) {
        m_records.removeFirst();
        ++m_firstNumber;
    }
    m_records.append({QDateTime::currentDateTime(), what, error, error.isError()});
    ++(error.isError() ? m_refusals : m_passed);
    Q_EMIT recordAdded();
    return error;
}

void WriteGate::finish(quint64 number, const Error &error)
{
    if (number < m_firstNumber)
        return;
    const auto index = qsizetype(number - m_firstNumber);
    m_records[index].error = error;
    m_records[index].finished = true;
    Q_EMIT recordChanged(int(index));
}

template<typename T>
Pending<T> WriteGate::follow(Pending<T> change)
{
    const quint64 number = m_firstNumber + quint64(m_records.size()) - 1;
    Resolver<T> answer;
    change.then(this, [=, this](const Result<T> &result) {
        finish(number, result.error());
        answer.settle(result);
    });
    return answer.pending();
}

Pending<void> WriteGate::publish(const PublishRequest &request)
{
    const QString target =
        request.exchange.isDefault() ? request.routingKey : request.exchange.name();
    if (const Error error = enter(tr("Publish to %1").arg(target)); error.isError())
        return Result<void>(error);
    if (!m_producer)
        m_producer = std::make_unique<Producer>(m_connection);
    PublishOptions options;
    options.exchange = request.exchange;
    options.routingKey = request.routingKey;
    options.contentType = request.contentType;
    options.contentEncoding = request.contentEncoding;
    options.priority = request.priority;
    options.headers = request.headers;
    options.mandatory = request.exchange.type() != ExchangeType::Fanout;
    options.timeout = std::chrono::seconds(10); // somebody is waiting in front of the screen
    return follow(m_producer->publish(request.body, options));
}

Pending<qint64> WriteGate::purge(const QString &queue)
{
    if (const Error error = enter(tr("Purge %1").arg(queue)); error.isError())
        return Result<qint64>(error);
    return follow(m_connection->defaultChannel()->purge(queue));
}

Pending<QueueInfo> WriteGate::inspect(const QString &queue)
{
    if (!m_connection)
        return Result<QueueInfo>(Error(Error::Connection, tr("There is no broker.")));
    return m_connection->defaultChannel()->inspect(queue);
}

Pending<QList<Message>> WriteGate::peek(const PeekRequest &request)
{
    if (const Error error = enter(tr("Look at messages of %1").arg(request.queue)); error.isError())
        return Result<QList<Message>>(error);
    if (!m_browser)
        m_browser = std::make_unique<Browser>(m_connection);
    return follow(m_browser->peek(request));
}

std::unique_ptr<Consumer> WriteGate::consume(const QString &queue, AckMode mode, int prefetch,
                                             Error *refusal)
{
    *refusal = enter(tr("Consume from %1").arg(queue));
    if (refusal->isError())
        return nullptr;
    auto consumer = std::make_unique<Consumer>(m_connection, Queue(queue));
    consumer->setDeclaresQueues(false); // the queue is there: this must not change its bindings
    consumer->setAckMode(mode);
    consumer->setPrefetchCount(prefetch);
    finish(m_firstNumber + quint64(m_records.size()) - 1, {});
    return consumer;
}

std::unique_ptr<Consumer> WriteGate::subscribe(const QString &fanoutExchange, Error *refusal)
{
    *refusal = enter(tr("Subscribe to %1").arg(fanoutExchange));
    if (refusal->isError())
        return nullptr;
    // On Redis a key is part of the channel's name: "#" stands for any key, none for no key.
    const bool keyed = m_connection->url().scheme().startsWith(u"redis");
    const QStringList keys =
        keyed ? QStringList{QString(), QStringLiteral("#")} : QStringList{QString()};
    QList<Queue> queues;
    for (const QString &key : keys) {
        Queue queue(QStringLiteral("qombu-inspector.")
                        + QUuid::createUuid().toString(QUuid::WithoutBraces),
                    Exchange(fanoutExchange, ExchangeType::Fanout), key);
        queue.setExclusive(true).setAutoDelete(true).setDurable(false);
        queues.append(queue);
    }
    auto consumer = std::make_unique<Consumer>(m_connection, queues);
    consumer->setAckMode(AckMode::None);
    // On Redis a broadcast needs no binding, and one would stay behind for ever.
    consumer->setDeclaresQueues(!keyed);
    finish(m_firstNumber + quint64(m_records.size()) - 1, {});
    return consumer;
}

} // namespace Qombu::Inspector
