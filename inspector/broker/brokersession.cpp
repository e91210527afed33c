// SPDX-License-Identifier: BSD-3-Clause
#include "broker/brokersession.h"

#include "broker/errortext.h"

#include <Qombu/hub.h>

#include <QtCore/qelapsedtimer.h>

namespace Qombu::Inspector {
using namespace std::chrono_literals;

BrokerSession::BrokerSession(QObject *parent)
    : QObject(parent)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &BrokerSession::refresh);
}

BrokerSession::~BrokerSession()
{
    m_gate.setConnection(nullptr);
}

void BrokerSession::open(const BrokerUrl &url)
{
    close();
    m_url = url;
    m_inventory = {};
    m_contended.clear();
    Q_EMIT reset();
    connectAnew();
}

// The connection keeps what runs on it: a consumer goes on when the broker is there again.
void BrokerSession::retry()
{
    if (m_connection)
        m_connection->open();
    else
        connectAnew();
}

void BrokerSession::connectAnew()
{
    if (!m_url.isValid())
        return setError(m_url.error());
    drop();
    ConnectionOptions options;
    options.hub = Hub::background();
    options.retryMaximum = 10s;
    m_connection = std::make_unique<Connection>(m_url, options);
    m_browser = std::make_unique<Browser>(m_connection.get());
    connectSignals();
    m_gate.setConnection(m_connection.get());
    m_connection->open();
    follow(m_connection->state());
    refresh();
}

void BrokerSession::close()
{
    drop();
    m_error = {};
    follow(Connection::Closed);
}

void BrokerSession::drop()
{
    m_timer.stop();
    m_asking = false;
    Q_EMIT disconnecting();
    m_gate.setConnection(nullptr);
    m_browser.reset();
    m_connection.reset();
}

void BrokerSession::connectSignals()
{
    Connection *connection = m_connection.get();
    connect(connection, &Connection::stateChanged, this, &BrokerSession::follow);
    connect(connection, &Connection::errorOccurred, this, &BrokerSession::setError);
    connect(connection, &Connection::notice, this, [this](const Qombu::BrokerNotice &notice) {
        if (notice.kind != Qombu::BrokerNotice::Contention)
            return;
        notice.active ? void(m_contended.insert(notice.queue))
                      : void(m_contended.remove(notice.queue));
        Q_EMIT contentionChanged(notice.queue);
    });
}

void BrokerSession::follow(Connection::State state)
{
    const State before = m_state;
    switch (state) {
    case Connection::Open:
        m_state = Open;
        break;
    case Connection::Connecting:
        m_state = m_error.isError() ? Lost : Connecting;
        break;
    case Connection::Waiting:
        m_state = Lost;
        break;
    case Connection::Closed:
    case Connection::Closing:
        m_state = m_error.isError() ? Lost : Closed;
        break;
    }
    if (m_state == before)
        return;
    Q_EMIT stateChanged();
    if (m_state == Open)
        refresh();
}

QString BrokerSession::name() const
{
    return brokerName(m_url);
}

QString BrokerSession::serverVersion() const
{
    if (!m_connection)
        return {};
    const QVariantMap server = m_connection->serverProperties();
    const QString product = server.value(QStringLiteral("product")).toString();
    return QString(product + u' ' + server.value(QStringLiteral("version")).toString()).trimmed();
}

Capabilities BrokerSession::capabilities() const
{
    return m_connection ? m_connection->capabilities() : Capabilities();
}

QString BrokerSession::peekMechanism() const
{
    if (m_url.scheme().startsWith(u"redis"))
        return tr("read with LRANGE: nothing changes");
    if (m_url.scheme() == u"memory")
        return tr("read in memory: nothing changes");
    return tr("read without taking: nothing changes");
}

const QueueRow *BrokerSession::queue(const QString &name) const
{
    const auto it =
        std::lower_bound(m_inventory.queues.cbegin(), m_inventory.queues.cend(), name,
                         [](const QueueRow &row, const QString &key) { return row.name < key; });
    return it != m_inventory.queues.cend() && it->name == name ? &*it : nullptr;
}

void BrokerSession::setInterval(std::chrono::milliseconds interval)
{
    m_interval = interval;
    schedule();
    Q_EMIT intervalChanged();
}

void BrokerSession::setPaused(bool paused)
{
    if (m_paused == paused)
        return;
    m_paused = paused;
    paused ? m_timer.stop() : refresh();
}

void BrokerSession::refresh()
{
    if (!m_browser || m_asking)
        return;
    m_asking = true;
    QElapsedTimer clock;
    clock.start();
    m_browser->inventory().then(m_browser.get(), [this, clock](const Result<Inventory> &result) {
        m_answerTime = std::chrono::milliseconds(clock.elapsed());
        m_asking = false;
        takeInventory(result);
        schedule();
    });
}

void BrokerSession::takeInventory(const Result<Inventory> &result)
{
    if (!result) {
        // Why there is no connection says more than that nothing answered.
        const Error cause = m_connection->error();
        return setError(m_state != Open && cause.isError() ? cause : result.error());
    }
    setError({});
    const bool same = result->queues == m_inventory.queues
        && result->exchanges == m_inventory.exchanges && result->bindings == m_inventory.bindings
        && result->quarantines == m_inventory.quarantines && result->unacked == m_inventory.unacked;
    m_inventory = *result;
    if (!m_inventory.takenAt.isValid())
        m_inventory.takenAt = QDateTime::currentDateTime();
    if (!same)
        Q_EMIT inventoryChanged();
    Q_EMIT refreshed();
}

void BrokerSession::setError(const Error &error)
{
    if (m_error == error)
        return;
    m_error = error;
    Q_EMIT errorChanged();
}

// A broker that answers slowly is asked less often: half of its time at most.
void BrokerSession::schedule()
{
    if (m_interval > 0ms && !m_paused && m_browser)
        m_timer.start(std::max(m_interval, m_answerTime));
    else
        m_timer.stop();
}

Pending<QList<Message>> BrokerSession::peek(const QString &queue, int limit, QueueEnd from)
{
    if (!m_browser)
        return Result<QList<Message>>(Error(Error::Connection, tr("There is no broker.")));
    return m_browser->peek(queue, limit, from);
}

Pending<QList<UnackedRow>> BrokerSession::unacked(int limit)
{
    if (!m_browser)
        return Result<QList<UnackedRow>>(Error(Error::Connection, tr("There is no broker.")));
    return m_browser->unacked(limit);
}

} // namespace Qombu::Inspector
