// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/engine/answerwatch.h"
#include "client/engine/awaited.h"
#include "client/engine/backoff.h"
#include "client/engine/queuenaming.h"
#include "client/engine/topologychanges.h"
#include "client/engine/wantedtopology.h"
#include "port/channels.h"
#include "port/delayeddelivery.h"

#include <Qombu/hub.h>

#include <QtCore/qset.h>

namespace Qombu {
class Engine;
class Link;

// Declares what is wanted, each entity once a link, and carries out what channels ask. Producers
// and consumers only name what they need. Hub's thread; the Engine owns it.
class Topology final : private AnswerWatchUser
{
public:
    explicit Topology(Engine &engine);

    // Declares all that is wanted; finished() when each was answered, also inside this call. A
    // refused entity does not keep the others from being declared.
    void linkUp(Link &link, std::function<void()> finished); // in that time, bounded by progress
    void linkDown();

    // Producers: on this link and every other.
    void want(const Exchange &exchange);
    void want(const Queue &queue);
    // The same of one thing alone, on this link, for what is delayed; it is asked again if it was
    // refused before. Returns its id.
    QString wantAlone(const DelayedDelivery::Entity &entity);
    // Something that producers want is not answered, or was refused for now.
    bool isBusy() { return !m_awaited.isEmpty(); }
    // It is on the way of such a publish, which waits.
    bool isAwaited(const QString &exchange, const QString &routingKey, quint64 token);
    // Why nothing can be published there on this link; none: it can.
    Error refusalOf(const QString &exchange, const QString &routingKey);
    bool hasRefusals() { return m_awaited.hasRefusals(); }
    bool isAwaited(const QString &id) const; // likewise of one thing
    Error refusalOf(const QString &id) const;
    // Why a queue without a name cannot be published to; none: it has one now.
    Error whyNameless(quint64 token);
    QString nameOf(quint64 token) const;

    // Consumers: ready() when the queue, its exchanges and bindings are declared, or one is
    // refused.
    void need(const Queue &queue, quint64 consumer, Done<QueueInfo> ready);
    // It does not wait any longer; what nobody else waits for may be asked again.
    void giveUp(quint64 consumer);
    void forgetConsumer(quint64 consumer, bool cancelled, const QList<Queue> &stays = {});
    // The broker says that it is gone: it is declared again when it is needed.
    void wasDeleted(const QString &queueName);
    // A lock that the connection before may have left: the broker has not noticed its end yet.
    bool mayBeOurs(const Error &lock) const;
    bool isBeingRemoved(const QString &queueName) const { return m_changes.isRemoving(queueName); }
    // With the name and the bindings that it has now.
    Queue resolved(const Queue &queue) const;

    TopologyChanges &changes() { return m_changes; } // channels, while there is a link
    TopologyChannel &channel() { return *m_channel; } // for what changes no wish

    // For TopologyChanges.
    void keep(Wanted *wanted, std::variant<Exchange, Queue, Binding> wish);
    void forgotten();
    void name(Wanted &queue, const QString &name);
    QString knownName(const Queue &queue, const QString &key) const; // empty: the broker gives one
    void declareAlone(const Queue &queue, const QString &key, Done<QueueInfo> done);
    quint64 lastQuestion() const { return m_lastQuestion; }

private:
    std::vector<Wanted *> partsOf(const Queue &queue);
    void wish(Wanted &wanted, bool isAlone = false);
    void finishRebuilding();
    void ask(Wanted &wanted);
    void sendBinding(const Wanted &wanted);
    const Wanted *namelessQueueOf(const Wanted &binding);
    void refuseBindings(const QString &key, const Error &error);
    void answered(const QString &id, quint64 question, const Error &answer);
    void take(Wanted &wanted, const Error &answer);
    void tellRefusal(Wanted &wanted);
    void end(const QString &id, quint64 question, const Error &answer);
    bool isSilent() override;
    void isLate(const QString &id, quint64 question) override;
    void isOvertaken() override;
    Done<void> answerFor(const Wanted &wanted);
    void setProgress(Wanted &wanted, Wanted::Progress progress);
    void retryLater();
    void retry();

    Engine &m_engine;
    WantedTopology m_wanted;
    Awaited m_awaited;
    QueueNaming m_naming;
    AnswerWatch m_watch;
    TopologyChanges m_changes;
    std::unique_ptr<TopologyChannel> m_channel;
    bool m_serverNames = false;
    quint64 m_lastQuestion = 0;
    std::set<quint64> m_rebuilding; // questions of linkUp() without an answer
    bool m_isIssuing = false;
    std::function<void()> m_finished;
    bool m_mayBeLost = false; // the link, by the answers to linkUp()
    std::vector<Error> m_untold; // until it is known not to be
    HubHandle m_finishTimer;
    Hub::TimePoint m_linkUpAt = {};
    bool m_isLaterLink = false;
    HubHandle m_retryTimer;
    bool m_isRetrying = false;
    Backoff m_backoff;
};

} // namespace Qombu
