// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/courier.h"
#include "client/engine/engineconsumer.h"
#include "client/engine/linkkeeper.h"
#include "client/engine/noticeboard.h"
#include "client/engine/publisher.h"
#include "client/engine/requestqueue.h"
#include "client/engine/settlements.h"
#include "client/engine/topology.h"

#include <map>
#include <set>

namespace Qombu {

// What stands behind the handles of one Connection: joins the parts that keep the link, declare,
// consume, publish and ask, and rebuilds from intent after every loss: topology, then consumers,
// then unsettled publishes. Runs no user code. Lives in the Hub's thread; the Courier owns it. Once
// it is to shut down it keeps the Courier, and so itself, until its closing has ended: the handles
// need not be there any more.
class Engine final : public CommandRunner
{
public:
    Engine(const std::shared_ptr<Courier> &courier, Hub *hub, const BrokerUrl &url,
           const ConnectionOptions &options);

    void install(); // Hub's thread, before anything else
    void run(std::vector<Command> &commands) override;

    // For the Engine's parts.
    Hub *hub() const { return m_hub; }
    Hub::TimePoint turnTime(); // one clock reading a batch of commands
    const ConnectionOptions &options() const { return m_options; }
    Error lastError() const { return m_keeper.lastError(); }
    DeliveryNumbers &numbers() { return m_keeper.numbers(); }
    Topology &topology() { return m_topology; }
    NoticeBoard &notices() { return m_notices; }
    Link *link() const { return m_isReady ? m_keeper.link() : nullptr; } // with its topology
    Courier &courier() const { return *m_courier; }
    template<typename Told>
    void tell(Told told)
    {
        m_courier->tell(std::move(told));
    }
    void reportError(const Error &error) { tell(News::ErrorHappened{error}); }
    // Publishes wait while anybody has one.
    std::shared_ptr<void> hold();
    bool isPublishingHeld();
    bool isClosing() const { return m_isClosing; }
    void linkWorked() { m_keeper.linkWorked(); }
    bool holdsOutlive() const { return m_keeper.holdsOutlive(); } // channels and links
    // A delivery that cannot be settled any more; upTo: those of its consumer.
    bool isDead(quint64 number, quint64 upTo) const { return number <= std::max(m_deadUpTo, upTo); }
    // Nobody has settled them and nobody will: now, or through the next link.
    void giveBack(std::vector<quint64> &&deliveries);
    void publishesMoved() { scheduleFlush(); } // there is something to send or to report
    void topologyMoved(); // an answer came
    void linkIsSilent(); // none came
    void waitNoLongerFor(const std::set<quint64> &consumers); // publishes, at least
    void queueNamed(const Queue &queue, const QString &before, const QString &name);
    void queueRemoved(const QString &name);
    void bindingsRemoved(const IsRemoved &isRemoved);

    // What the LinkKeeper says.
    void linkUp();
    void linkDown(const Error &why);
    void linkClosed() { finishClosing(); }
    void linkUnblocked() { m_publisher.linkUnblocked(); }
    void settlementLost(const DeliveryKey &key);
    bool endsWithLink(); // closing, and the link that is lost is not needed any more
    void gaveUp(const Error &error);
    void stateMoved();
    static Error closedError();

private:
    class Orders;

    void runCommand(Command &command);
    void settle(SettleCommand &&command);
    void abandon(const AbandonCommand &command);
    void need(); // something waits for the broker
    EngineConsumer *consumer(quint64 id) const;
    quint64 deadUpTo(quint64 consumer) const;
    void scheduleFlush();
    void flush();
    Link *settlingLink() const;
    void startConsumers();
    void endDeliveries();
    void logLostSettlements();

    void open();
    void close(const Order::Close &order);
    void shutDown();
    bool needsLinkToClose() const;
    void proceedClosing();
    void tellUnsettled();
    void finishClosing();
    void hubCloses();

    const std::weak_ptr<Courier> m_owner;
    Courier *const m_courier; // owns this
    Hub *const m_hub;
    const ConnectionOptions m_options;
    const std::shared_ptr<char> m_alive = std::make_shared<char>();

    LinkKeeper m_keeper;
    bool m_isReady = false;
    int m_holds = 0;
    NoticeBoard m_notices;
    Topology m_topology;
    RequestQueue m_requests;
    Publisher m_publisher;
    Settlements m_settlements;
    std::map<QString, qint64> m_lostSettlements; // by queue: not logged yet
    quint64 m_deadUpTo = 0; // deliveries that ended with their link
    std::vector<quint64> m_abandoned; // to be given back through the next link
    std::map<quint64, std::unique_ptr<EngineConsumer>> m_consumers; // as started: numbers rise
    HubHandle m_hubHook;
    bool m_isInstalled = false;

    bool m_isRunning = false; // flush() follows
    bool m_isFlushScheduled = false;
    std::optional<Hub::TimePoint> m_turnTime;

    bool m_isClosing = false;
    bool m_isClosingLink = false;
    bool m_wasOpened = false; // since it was closed
    bool m_opensAgain = false; // after closing
    bool m_isShutDown = false;
    std::shared_ptr<Courier> m_kept; // while it shuts down
    quint64 m_closeNumber = 0; // of the last close()
    std::vector<quint64> m_closeTickets;
    HubHandle m_closeTimer;
    HubHandle m_needTimer; // until what waits may have a link tried
    Connection::State m_reported = Connection::Closed;
};

} // namespace Qombu
