// SPDX-License-Identifier: BSD-3-Clause
#include "broker/brokersession.h"

#include "broker/errortext.h"
#include "broker/momenttext.h"

#include <Qombu/hub.h>

#include <QtCore/qelapsedtimer.h>

namespace Qombu::Inspector {
using namespace std::chrono_literals;

namespace {

constexpr qsizetype MaximumWarnings = 8; // more would hide what they are about
constexpr int PageRows = 500;

} // namespace

BrokerSession::BrokerSession(QObject *parent)
    : QObject(parent)
    , m_question([this](const Question::Done &done) { askForInventory(done); })
{
    m_question.setWanted(true);
    m_poller.add(&m_question);
    connect(&m_named, &NamedQueues::answered, this, &BrokerSession::takeNamedQueues);
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
    m_hasPages = false;
    m_named.clear();
    m_contended.clear();
    m_putAside.clear();
    m_putAsideLately.clear();
    m_openedAt = QDateTime::currentDateTime();
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
    m_poller.start();
}

void BrokerSession::close()
{
    drop();
    m_error = {};
    follow(Connection::Closed);
}

void BrokerSession::drop()
{
    m_poller.stop();
    m_cannotList = {};
    m_whenNamed = nullptr;
    Q_EMIT disconnecting();
    m_gate.setConnection(nullptr);
    m_named.forgetQuestions();
    m_browser.reset();
    m_connection.reset();
}

void BrokerSession::connectSignals()
{
    Connection *connection = m_connection.get();
    connect(connection, &Connection::stateChanged, this, &BrokerSession::follow);
    connect(connection, &Connection::errorOccurred, this, &BrokerSession::setError);
    connect(connection, &Connection::notice, this, &BrokerSession::takeNotice);
}

void BrokerSession::takeNotice(const BrokerNotice &notice)
{
    if (notice.kind == BrokerNotice::Contention) {
        notice.active ? void(m_contended.insert(notice.queue))
                      : void(m_contended.remove(notice.queue));
        Q_EMIT queueNoticed(notice.queue);
    } else if (notice.kind == BrokerNotice::Quarantine) {
        m_putAside[notice.queue] += notice.count;
        m_putAsideLately.insert(notice.queue);
        Q_EMIT queueNoticed(notice.queue);
    } else if (notice.kind != BrokerNotice::Information && notice.active) {
        const QString text = notice.text.isEmpty() ? notice.error.text() : notice.text;
        if (notice.kind == BrokerNotice::Unsettled)
            Q_EMIT settlingRefused(notice.queue, notice.count, text);
        if (notice.kind == BrokerNotice::Insecure)
            m_insecurity = text;
        warn(notice, text);
    }
}

// A warning stays for as long as the link, what it is about may not: it says when that was seen.
void BrokerSession::warn(const BrokerNotice &notice, const QString &text)
{
    if (m_warned.contains(text) || m_warned.size() >= MaximumWarnings)
        return;
    m_warned.append(text);
    const bool ofOpening = notice.queue.isEmpty()
        && (notice.kind == BrokerNotice::Alarm || notice.kind == BrokerNotice::Degraded
            || notice.kind == BrokerNotice::Deprecated || notice.kind == BrokerNotice::Insecure);
    const QString now = momentText(QDateTime::currentDateTime());
    m_warnings.append(ofOpening ? tr("When connected at %1: %2").arg(now, text)
                                : tr("At %1: %2").arg(now, text));
    Q_EMIT warningsChanged();
}

qint64 BrokerSession::putAside(const QString &queue) const
{
    const auto hasSome = [&](const QueueRow &row) { return row.name == queue && row.quarantined; };
    const bool mayBeThere = m_inventory.truncated || m_putAsideLately.contains(queue)
        || std::any_of(m_inventory.queues.cbegin(), m_inventory.queues.cend(), hasSome);
    return mayBeThere ? m_putAside.value(queue) : 0;
}

void BrokerSession::follow(Connection::State state)
{
    const State before = m_state;
    switch (state) {
    case Connection::Open:
        m_state = Open;
        m_hasPages = capabilities().testFlag(Capability::Overview);
        break;
    case Connection::Connecting:
        m_warnings.clear(); // the next link has its own
        m_insecurity.clear();
        m_warned.clear();
        Q_EMIT warningsChanged();
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

bool BrokerSession::looksSilently() const
{
    return !m_connection || capabilities().testFlag(Capability::PeekIsSilent);
}

void BrokerSession::nameQueue(const QString &name)
{
    m_named.add(name);
    if (m_cannotList.isError())
        m_named.ask();
}

const QueueRow *BrokerSession::queue(const QString &name) const
{
    const auto it =
        std::lower_bound(m_inventory.queues.cbegin(), m_inventory.queues.cend(), name,
                         [](const QueueRow &row, const QString &key) { return row.name < key; });
    return it != m_inventory.queues.cend() && it->name == name ? &*it : nullptr;
}

bool BrokerSession::isStale() const
{
    return m_error.isError() || (m_cannotList.isError() && m_inventory.takenAt.isValid());
}

void BrokerSession::setNameFilter(const QString &text)
{
    m_nameFilter = text;
    m_question.askSoon();
}

void BrokerSession::setInterval(std::chrono::milliseconds interval)
{
    m_poller.setInterval(interval);
    Q_EMIT intervalChanged();
}

// Until the link is open nobody knows whether to ask for all or for a page.
void BrokerSession::askForInventory(const Question::Done &done)
{
    if (!m_browser || m_connection->state() != Connection::Open)
        return done();
    if (m_cannotList.isError() && !hasPages()) {
        m_whenNamed = done;
        return m_named.ask();
    }
    InventoryQuery query;
    if (hasPages()) {
        query.parts = InventoryQuery::Queues | InventoryQuery::Exchanges;
        query.maximumRows = PageRows;
        query.nameFilter = m_nameFilter;
    }
    QElapsedTimer clock;
    clock.start();
    m_browser->inventory(query).then(m_browser.get(),
                                     [this, clock, done](const Result<Inventory> &result) {
                                         m_answerTime = std::chrono::milliseconds(clock.elapsed());
                                         takeAnswer(result, done);
                                     });
}

// One of them calls done: the named queues, if they are asked, or this function.
void BrokerSession::takeAnswer(const Result<Inventory> &result, const Question::Done &done)
{
    if (!result && saysThatItCannotList(result.error())) {
        m_whenNamed = done;
        m_cannotList = result.error();
        return m_named.ask();
    }
    result ? takeInventory(*result) : takeNoInventory(result.error());
    done();
}

// A management API may be silent while the broker itself works. A link that is lost ends its
// requests before its state is told: such an error names no place, one of the API does.
bool BrokerSession::saysThatItCannotList(const Error &error) const
{
    const bool isOfLink = error.kind() == Error::Connection && error.where().isEmpty();
    return error.kind() == Error::Unsupported || (hasPages() && m_state == Open && !isOfLink);
}

void BrokerSession::takeInventory(const Inventory &inventory)
{
    setError({});
    m_cannotList = {};
    const bool same = inventory.queues == m_inventory.queues
        && inventory.exchanges == m_inventory.exchanges
        && inventory.bindings == m_inventory.bindings && inventory.unacked == m_inventory.unacked;
    m_inventory = inventory;
    const QSet<QString> lately = std::exchange(m_putAsideLately, {});
    if (!m_inventory.takenAt.isValid())
        m_inventory.takenAt = QDateTime::currentDateTime();
    if (!same)
        Q_EMIT inventoryChanged();
    Q_EMIT refreshed();
    const QStringList queues = m_putAside.keys();
    for (const QString &queue : queues) {
        if (!same || lately.contains(queue))
            Q_EMIT queueNoticed(queue);
    }
}

void BrokerSession::takeNoInventory(const Error &error)
{
    // Why there is no connection says more than that nothing answered.
    const Error cause = m_connection->error();
    setError(m_state != Open && cause.isError() ? cause : error);
}

void BrokerSession::takeNamedQueues()
{
    if (m_cannotList.isError() && !m_inventory.takenAt.isValid()) {
        const bool same = m_inventory.queues == m_named.rows();
        m_inventory = {};
        m_inventory.queues = m_named.rows();
        m_inventory.unacked = -1;
        if (!same)
            Q_EMIT inventoryChanged();
    }
    setError(m_state == Open ? Error() : m_error);
    Q_EMIT refreshed();
    if (m_whenNamed)
        std::exchange(m_whenNamed, nullptr)();
}

void BrokerSession::setError(const Error &error)
{
    if (m_error == error)
        return;
    m_error = error;
    Q_EMIT errorChanged();
}

template<typename T, typename... Parameters, typename... Arguments>
Pending<T> BrokerSession::read(Pending<T> (Browser::*ask)(Parameters...),
                               const Arguments &...arguments)
{
    if (!m_browser)
        return Result<T>(Error(Error::Connection, tr("There is no broker.")));
    return (m_browser.get()->*ask)(arguments...);
}

Pending<PeekPlan> BrokerSession::planPeek(const QString &queue)
{
    return read(&Browser::planPeek, queue);
}

Pending<QList<Message>> BrokerSession::peek(const PeekRequest &request)
{
    return read(qOverload<const PeekRequest &>(&Browser::peek), request);
}

Pending<QList<UnackedRow>> BrokerSession::unacked(int limit)
{
    return read(&Browser::unacked, limit);
}

Pending<Inventory> BrokerSession::inventory(const InventoryQuery &query)
{
    return read(qOverload<const InventoryQuery &>(&Browser::inventory), query);
}

Pending<QueueRow> BrokerSession::queueRow(const QString &name)
{
    return read(&Browser::queue, name);
}

Pending<RowPage<BindingRow>> BrokerSession::bindings(const BindingQuery &query)
{
    return read(&Browser::bindings, query);
}

Pending<QList<ConsumerRow>> BrokerSession::consumers(const QString &queue)
{
    return read(&Browser::consumers, queue);
}

Pending<RowPage<ConsumerRow>> BrokerSession::allConsumers(const RowQuery &query)
{
    return read(&Browser::allConsumers, query);
}

Pending<BrokerOverview> BrokerSession::overview()
{
    return read(&Browser::overview);
}

Pending<RowPage<ConnectionRow>> BrokerSession::connections(const RowQuery &query)
{
    return read(&Browser::connections, query);
}

Pending<RowPage<ChannelRow>> BrokerSession::channels(const ChannelQuery &query)
{
    return read(&Browser::channels, query);
}

Pending<QList<PolicyRow>> BrokerSession::policies()
{
    return read(&Browser::policies);
}

} // namespace Qombu::Inspector
