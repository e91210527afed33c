// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/transportregistry.h"

#include <Qombu/hub.h>

#include <QtCore/qstringlist.h>

#include <deque>
#include <map>

namespace Qombu {
class ScriptedDeliveries;
class ScriptedLink;
class ScriptedPublishes;

// A broker that does what the test says, for what no real one does on demand: links and channels
// that break at chosen moments, refusals, silence. scripted://… reaches the one that was made last;
// so does another://…, by a transport of its own. All in the thread of the engine.
class ScriptedBroker
{
public:
    ScriptedBroker();
    ~ScriptedBroker();
    static ScriptedBroker &current();

    // What the next attempts to connect come to; no error: open. Later ones open.
    std::deque<Error> attempts;
    Error everyAttempt; // if set, all others
    bool answersClose = true;
    Capabilities capabilities = Capability::DirectExchange | Capability::Confirms
        | Capability::Declares | Capability::PrefetchBytes | Capability::PutsBack
        | Capability::QueuesAppearByPublishing;
    void breakLink(const QString &why = QStringLiteral("The cable was cut."));
    QString breaksAt; // the link, once, inside that request
    bool failsWaiting = false; // what waits for an answer hears of a break before the link's owner
    void setBlocked(bool blocked);

    // What was asked, in order: "open HOST", "declare queue q", "bind x q", "consume q", "publish
    // BODY" … A queue without a name is "?".
    QStringList log;
    QStringList takeLog() { return std::exchange(log, {}); }

    QStringList unwanted; // bindings, as the log has them

    // Of a request, as the log has it. Each holds until it is removed.
    std::map<QString, Error> refusals;
    QStringList silent; // never answered
    std::chrono::milliseconds answerEvery{}; // so long after the answer before
    bool answersByHand = false; // with answer()
    // The oldest of that name that waits for it; the oldest of all, if none is given.
    void answer(const QString &request = {});

    bool confirms = true; // publishes, at once
    bool keepsPublishes = false; // the channel, unsent
    std::vector<PublishOutcome> unconfirmed;
    std::vector<int> parts; // so many were published together
    QStringList again; // bodies of those that were marked so
    QStringList messageIds; // of every publish
    QStringList logIns; // user:password of every attempt
    QStringList routingKeys; // of all that was published
    // "publish BODY" or "publish to EXCHANGE" → with what the channel is closed then. Of what came
    // with it nothing is confirmed.
    std::map<QString, Error> closings;
    void confirm(const Error &error = {}); // the oldest publish
    void setRoom(int messages, qint64 bytes);
    void closePublishing(const Error &why);

    bool tags = true; // in the messages: "tag-NUMBER"
    // To the last consumer, or the one of that queue. No body: each message its number. Answers the
    // first number.
    quint64 deliver(int count = 1, const QByteArray &body = {}, const QString &queue = {});
    void broadcast(const QByteArray &body); // to the last consumer
    std::map<QString, std::deque<QByteArray>> ready; // for get()
    void cancelConsumer(const Error &why, const QString &queue = QStringLiteral("q"));
    void closeDelivering(const Error &why); // the last consumer's channel
    void tooLate(quint64 delivery);
    // One more delivery of that channel.
    IncomingMessage take(ScriptedDeliveries *to, const QString &queue, const QByteArray &body);
    // With Capability::HeldOutlivesLink: what the next link finds gone.
    std::vector<quint64> missing;

    std::vector<SettleRequest> settled; // of what was held
    bool swallowsSettlements = false; // taken by the link, and never answered
    qint64 swallowed = 0;
    std::vector<quint64> givenBack;
    std::vector<quint64> returned; // by closing the link
    std::vector<quint64> abandoned; // by closing without a link
    QList<QByteArray> putBack;
    struct Delivery
    {
        quint64 consumer = 0;
        QString queue;
        QString tag;
        const void *channel = nullptr;
    };
    std::map<quint64, Delivery> held;
    std::map<quint64, Delivery> known; // every delivery so far

    ScriptedLink *link = nullptr; // the latest living one
    ScriptedPublishes *publishing = nullptr;
    ScriptedDeliveries *consuming = nullptr; // of the last consume
    std::vector<ScriptedDeliveries *> delivering; // living ones
    Hub *hub = nullptr;
    DeliveryNumbers *numbers = nullptr;
    int names = 0; // given to queues

private:
    friend class ScriptedAnswers;
    struct Waiting
    {
        QString request;
        std::function<void(const Error &failure)> answer;
    };
    std::deque<Waiting> m_waiting;
    Hub::TimePoint m_lastAnswer{};
    std::vector<HubHandle> m_timers;
};

} // namespace Qombu
