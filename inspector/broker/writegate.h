// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/browser.h>
#include <Qombu/consumer.h>
#include <Qombu/producer.h>

#include <QtCore/qdatetime.h>

namespace Qombu::Inspector {

// What the publish form asks for. The body goes out as it is: it is serialized already.
struct PublishRequest
{
    Exchange exchange; // the default exchange: routingKey names the queue
    QString routingKey;
    QByteArray body;
    QString contentType;
    QString contentEncoding;
    int priority = 0;
    QVariantMap headers;
};

enum class Environment { None, Development, Staging, Production };

// One entry of the activity list: a change, or the refusal of one.
struct WriteRecord
{
    QDateTime at;
    QString what; // "Publish to orders", translated
    Error error; // none: done, or still running
    bool finished = false;
};

// The only door through which this program changes anything on a broker. Read-only is decided here
// and nowhere else. Owned by BrokerSession; GUI thread.
class WriteGate : public QObject
{
    Q_OBJECT
public:
    explicit WriteGate(QObject *parent = nullptr);
    ~WriteGate() override;

    bool isReadOnly() const { return m_readOnly; }
    void setReadOnly(bool readOnly);
    Environment environment() const { return m_environment; }
    void setEnvironment(Environment environment); // Production turns read-only on

    void setConnection(Connection *connection); // null: every change fails

    Pending<void> publish(const PublishRequest &request);
    Pending<qint64> purge(const QString &queue); // messages removed
    // What the broker tells of one queue. Nothing changes by it, but the channel could do more.
    Pending<QueueInfo> inspect(const QString &queue);
    // A look at messages that changes them.
    Pending<QList<Message>> peek(const PeekRequest &request);
    // Takes messages away from a queue. Null if refused; then *refusal says why.
    std::unique_ptr<Consumer> consume(const QString &queue, AckMode mode, int prefetch,
                                      Error *refusal);
    // Copies of what a fanout exchange sends, by a queue of its own that goes away with the
    // consumer.
    std::unique_ptr<Consumer> subscribe(const QString &fanoutExchange, Error *refusal);

    const QList<WriteRecord> &records() const { return m_records; }
    int passed() const { return m_passed; } // changes that were let through
    int refused() const { return m_refusals; }

Q_SIGNALS:
    void readOnlyChanged(bool readOnly);
    void environmentChanged();
    void recordAdded();
    void recordChanged(int index);

private:
    Error enter(const QString &what); // no error: the caller may go on
    void finish(quint64 number, const Error &error);
    template<typename T>
    Pending<T> follow(Pending<T> change); // the record that was added last ends with it

    Connection *m_connection = nullptr;
    std::unique_ptr<Producer> m_producer;
    std::unique_ptr<Browser> m_browser;
    QList<WriteRecord> m_records;
    quint64 m_firstNumber = 0; // of m_records
    int m_passed = 0;
    int m_refusals = 0;
    bool m_readOnly = false;
    Environment m_environment = Environment::None;
};

} // namespace Qombu::Inspector
