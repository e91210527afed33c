// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/namedqueues.h"
#include "broker/poller.h"
#include "broker/writegate.h"

#include <Qombu/browser.h>
#include <Qombu/connection.h>

#include <QtCore/qhash.h>
#include <QtCore/qset.h>

#include <chrono>

namespace Qombu::Inspector {

// One broker that is looked at: owns its Connection, asks for the inventory at an interval and says
// what changed. The engine runs on Hub::background(); this class and its signals in the GUI thread.
class BrokerSession : public QObject
{
    Q_OBJECT
public:
    enum State { Closed, Connecting, Open, Lost };
    Q_ENUM(State)

    explicit BrokerSession(QObject *parent = nullptr);
    ~BrokerSession() override;

    void open(const BrokerUrl &url);
    void retry(); // now
    void close();

    BrokerUrl url() const { return m_url; }
    QString name() const;
    State state() const { return m_state; }
    Error error() const { return m_error; } // why there is no fresh data
    QString serverVersion() const; // "Redis 7.0.15", empty while unknown
    Capabilities capabilities() const;
    WriteGate *gate() { return &m_gate; }

    // The broker lists in pages, and sorts and filters itself: nobody asks it for all.
    bool hasPages() const { return m_hasPages; } // what it last said, while it is away
    // Of the last time it worked. With pages the first one of queues and exchanges, no bindings.
    const Inventory &inventory() const { return m_inventory; }
    QString nameFilter() const { return m_nameFilter; }
    void setNameFilter(const QString &text); // of the inventory, where it has pages
    const QueueRow *queue(const QString &name) const; // where it is in the inventory
    // Why the broker does not list what it has; none: it does, or was not asked yet. Then, unless
    // it did before, the inventory has no time, and of queues those that were named.
    Error cannotList() const { return m_cannotList; }
    void nameQueue(const QString &name); // somebody looks at it, or wants to
    Error queueError(const QString &name) const { return m_named.error(name); } // of a named one
    bool isStale() const;
    bool isContended(const QString &queue) const { return m_contended.contains(queue); }
    // As far as told since openedAt(), and not while the quarantine is known to be empty.
    qint64 putAside(const QString &queue) const;
    QDateTime openedAt() const { return m_openedAt; }
    const QStringList &warnings() const { return m_warnings; } // of this link, with their times
    const QString &insecurity() const
    {
        return m_insecurity;
    } // why others may listen; empty: they cannot
    std::chrono::milliseconds answerTime() const { return m_answerTime; } // of the last inventory

    Poller *poller() { return &m_poller; } // for what a page asks while it is shown
    std::chrono::milliseconds interval() const { return m_poller.interval(); }
    void setInterval(std::chrono::milliseconds interval); // zero: only on request
    void setPaused(bool paused) { m_poller.setPaused(paused); } // the window is hidden
    void refresh() { m_poller.askAll(); }

    bool looksSilently() const; // a look changes nothing here, whatever the queue
    Pending<PeekPlan> planPeek(const QString &queue);
    Pending<QList<Message>> peek(const PeekRequest &request); // without a change; see WriteGate
    Pending<QList<UnackedRow>> unacked(int limit);
    Pending<Inventory> inventory(const InventoryQuery &query);
    Pending<QueueRow> queueRow(const QString &name);
    Pending<RowPage<BindingRow>> bindings(const BindingQuery &query);
    Pending<QList<ConsumerRow>> consumers(const QString &queue);
    Pending<RowPage<ConsumerRow>> allConsumers(const RowQuery &query);
    Pending<BrokerOverview> overview();
    Pending<RowPage<ConnectionRow>> connections(const RowQuery &query);
    Pending<RowPage<ChannelRow>> channels(const ChannelQuery &query);
    Pending<QList<PolicyRow>> policies();

Q_SIGNALS:
    void stateChanged();
    void inventoryChanged();
    void refreshed(); // an answer came, the same or another one
    void errorChanged(); // error() is new, or gone
    void queueNoticed(const QString &queue); // isContended() or putAside() is another
    void warningsChanged();
    // Messages of the queue that were settled through this connection are unacked all the same.
    void settlingRefused(const QString &queue, qint64 count, const QString &why);
    void intervalChanged();
    void disconnecting(); // the connection goes away: let go of its consumers
    void reset(); // another broker: forget everything shown

private:
    void connectAnew();
    void drop();
    void connectSignals();
    void follow(Connection::State state);
    void takeNotice(const BrokerNotice &notice);
    void warn(const BrokerNotice &notice, const QString &text);
    void askForInventory(const Question::Done &done);
    void takeAnswer(const Result<Inventory> &result, const Question::Done &done);
    bool saysThatItCannotList(const Error &error) const;
    void takeInventory(const Inventory &inventory);
    void takeNoInventory(const Error &error);
    void takeNamedQueues();
    void setError(const Error &error);
    // Error::Connection where there is no broker.
    template<typename T, typename... Parameters, typename... Arguments>
    Pending<T> read(Pending<T> (Browser::*ask)(Parameters...), const Arguments &...arguments);

    BrokerUrl m_url;
    WriteGate m_gate;
    std::unique_ptr<Connection> m_connection;
    std::unique_ptr<Browser> m_browser;
    Inventory m_inventory;
    QSet<QString> m_contended;
    QHash<QString, qint64> m_putAside;
    QSet<QString> m_putAsideLately; // queues: since the last inventory
    QDateTime m_openedAt;
    QString m_insecurity;
    QStringList m_warnings;
    QStringList m_warned; // the same without their times
    State m_state = Closed;
    Error m_error;
    Error m_cannotList;
    NamedQueues m_named{&m_gate};
    std::chrono::milliseconds m_answerTime{0};
    QString m_nameFilter;
    bool m_hasPages = false;
    Question m_question; // the inventory
    Question::Done m_whenNamed; // somebody waits for the named queues
    Poller m_poller;
};

} // namespace Qombu::Inspector
