// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier.h"
#include "client/enginechannel.h"
#include "client/engineconsumer.h"
#include "client/linkports.h"
#include "client/publisher.h"
#include "client/requestqueue.h"
#include "client/supervisor.h"
#include "client/topologyrebuild.h"
#include "client/wantedtopology.h"

#include <Qombu/brokerurl.h>

namespace Qombu {

// What stands behind the handles of one Connection: keeps a link to the broker, and rebuilds from
// intent after every loss: topology, then consumers, then unsettled publishes. Runs no user code.
// Lives in the Hub's thread; the Courier owns it.
class Engine final : public CommandRunner, public LinkListener
{
public:
    Engine(const std::shared_ptr<Courier> &courier, Hub *hub, const BrokerUrl &url,
           const ConnectionOptions &options);
    ~Engine() override;

    void run(std::vector<Command> &commands) override;

    // For the handles.
    void open();
    void whenOpen(Done<void> answer);
    void close(quint64 number, Done<void> answer); // numbers rise
    void shutDown(); // as close(), and the Engine ends with it
    void addConsumer(quint64 id, const ConsumerWish &wish);
    EngineConsumer *consumer(quint64 id);
    EngineChannel &channel(quint64 id); // made at the first call
    void releaseChannel(quint64 id);
    void browse(std::function<void(LinkBrowser &)> ask, std::function<void(const Error &)> fail);
    Publisher &publisher() { return m_publisher; }
    RequestQueue &requests() { return m_requests; }

    // For the Engine's parts.
    Hub *hub() const { return m_hub; }
    Hub::TimePoint turnTime(); // one clock reading a batch of commands
    const ConnectionOptions &options() const { return m_options; }
    quint64 generation() const { return m_supervisor.generation(); }
    Error lastError() const { return m_supervisor.lastError(); }
    WantedTopology &topology() { return m_topology; }
    Link *link(); // null until the topology is there again
    void needLink();
    void report(Event event) { m_courier->report(std::move(event)); }
    void reportError(const Error &error);
    // Publishes wait while anybody has one.
    std::shared_ptr<void> hold();
    bool isHeld() const { return m_holds > 0; }
    void flushLater(DeliveryOwner *owner);
    void noFlush(DeliveryOwner *owner);
    void flushPublishesLater();
    void publisherMoved();
    void removeConsumer(quint64 id);
    void removeChannel(quint64 id);
    // Destroys it when nothing of it is on the call stack.
    void bury(std::unique_ptr<ChannelPort> port);

private:
    void install();
    void runCommand(Command &command);
    DeliveryOwner *owner(quint64 id);
    void scheduleFlush();
    void flush();
    void buryAny(std::shared_ptr<void> thing);
    void clearGrave();

    void follow(const Supervisor::Step &step);
    void connectTo(int alternate);
    Result<Transport *> transportFor(const BrokerUrl &url);
    void attemptFailed(const Error &error);
    void giveUp(const Error &error);
    void dropLink(const Error &why);
    void rebuildTopology();
    void startConsumers();
    void reportState();

    void proceedClosing();
    void finishClosing();
    void hubCloses();

    void linkOpened(const QVariantMap &serverProperties) override;
    void linkFailed(const Error &error) override;
    void linkClosed() override;
    void linkBlocked(const QString &reason) override;
    void linkUnblocked() override;
    void contentionChanged(const QString &queue, bool contended) override;
    void messageQuarantined(const QString &queue, const Error &why) override;
    void linkNotice(const QString &text) override;
    bool endBlocking(); // whether it was blocked

    const std::weak_ptr<Courier> m_owner;
    Courier *const m_courier; // owns this
    Hub *const m_hub;
    const QList<BrokerUrl> m_urls;
    ConnectionOptions m_options;
    const std::shared_ptr<char> m_alive = std::make_shared<char>();

    Supervisor m_supervisor;
    std::map<QString, std::unique_ptr<Transport>> m_transports; // by name; outlive links
    std::deque<std::shared_ptr<void>> m_grave;
    std::unique_ptr<LinkPort> m_link;
    bool m_isReady = false;
    bool m_isBlocked = false;
    int m_holds = 0;
    WantedTopology m_topology;
    std::unique_ptr<TopologyRebuild> m_rebuild;
    RequestQueue m_requests;
    Publisher m_publisher;
    std::unordered_map<quint64, std::unique_ptr<EngineConsumer>> m_consumers;
    std::unordered_map<quint64, std::unique_ptr<EngineChannel>> m_channels;
    HubHandle m_linkTimer; // until the next attempt, or of the rebuild
    HubHandle m_hubHook;
    bool m_isInstalled = false;

    std::vector<DeliveryOwner *> m_touched;
    bool m_flushesPublishes = false;
    bool m_isRunning = false; // flush() follows
    bool m_isFlushScheduled = false;
    std::optional<Hub::TimePoint> m_turnTime;

    bool m_isClosing = false;
    bool m_isClosingLink = false;
    bool m_opensAgain = false; // after closing
    bool m_isShutDown = false;
    std::vector<Done<void>> m_closeAnswers;
    quint64 m_closeNumber = 0; // of the last close()
    HubHandle m_closeTimer;
    Connection::State m_reported = Connection::Closed;
};

} // namespace Qombu
