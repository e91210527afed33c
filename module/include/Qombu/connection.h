// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/brokernotice.h>
#include <Qombu/brokerurl.h>
#include <Qombu/capabilities.h>
#include <Qombu/connectionoptions.h>
#include <Qombu/pending.h>
#include <Qombu/queue.h>

#include <QtCore/qobject.h>

namespace Qombu {
class Channel;

// A wish to be connected to a broker: opens when first needed, and again after every loss, with all
// that was declared and consumed. A handle in the thread that made it.
class QOMBU_EXPORT Connection : public QObject
{
    Q_OBJECT
    Q_PROPERTY(Qombu::Connection::State state READ state NOTIFY stateChanged)
    Q_PROPERTY(Qombu::Error error READ error NOTIFY errorChanged)
    Q_PROPERTY(bool blocked READ isBlocked NOTIFY blockedChanged)
    Q_PROPERTY(Qombu::Capabilities capabilities READ capabilities NOTIFY capabilitiesChanged)

public:
    enum State { Closed, Connecting, Open, Waiting, Closing };
    Q_ENUM(State)

    explicit Connection(const BrokerUrl &url, QObject *parent = nullptr);
    Connection(const BrokerUrl &url, const ConnectionOptions &options, QObject *parent = nullptr);
    ~Connection() override; // closes: gives back what is held, then fails what is unsettled

    BrokerUrl url() const;
    ConnectionOptions options() const;
    State state() const;
    Error error() const; // the last one; none once it is open again
    bool isBlocked() const; // the broker refuses writes for now
    Capabilities capabilities() const; // by the URL's scheme, and once open those of the server
    QVariantMap serverProperties() const; // once open: product, version, …

    // Only before the first open. Kombu's way to say which loop drives the connection.
    Error registerWith(Hub *hub);

    void open();
    Pending<void> whenOpen(); // opens if need be; answered when open, or by the deadline
    Pending<void> close(); // flushes settlements, gives back what is held
    bool waitForOpened(std::chrono::milliseconds timeout);

    Channel *defaultChannel(); // made at the first call; owned by the connection

    // For tokens that run out: replaces the password, of the open session and of every later
    // log-in.
    Pending<void> updateSecret(const QString &secret);

    // Turns this thread's loop until at least one message was delivered to a consumer of this
    // connection; Error::Timeout if none came.
    Result<void> drainEvents(std::chrono::milliseconds timeout);

    qint64 bufferedBytes() const; // of unsettled publishes
    int unsettledPublishes() const;

Q_SIGNALS:
    void stateChanged(Qombu::Connection::State state);
    void errorOccurred(const Qombu::Error &error);
    void errorChanged(); // also when it is over
    void reconnecting(int attempt, std::chrono::milliseconds delay, const QString &url);
    void blockedChanged(bool blocked, const QString &reason);
    void capabilitiesChanged();
    void notice(const Qombu::BrokerNotice &notice); // what an operator should know
    // A queue that was declared without a name has another one on this link.
    void queueRenamed(const Qombu::Queue &queue, const QString &oldName, const QString &newName);
    void bufferDrained(); // no publish is unsettled any more

protected:
    void customEvent(QEvent *event) override;

private:
    friend class ConnectionPrivate;
    std::unique_ptr<class ConnectionPrivate> d;
};

} // namespace Qombu
