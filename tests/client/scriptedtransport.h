// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/transportregistry.h"

#include <Qombu/hub.h>

#include <QtCore/qstringlist.h>

#include <deque>
#include <map>

namespace Qombu {
class ScriptedLink;
class ScriptedChannel;

// A broker that does what the test says, for what no real one does on demand: links that break at
// chosen moments, refusals, silence. scripted://… reaches the one that was made last. All in the
// thread of the engine.
class ScriptedBroker
{
public:
    ScriptedBroker();
    ~ScriptedBroker();

    // What the next attempts to connect come to; no error: open. Later ones open.
    std::deque<Error> attempts;
    Error everyAttempt; // if set, all others
    // "declare queue q" → the answer. Each is used until it is removed.
    std::map<QString, Error> refusals;
    QStringList silent; // requests that are never answered
    bool answersClose = true;
    bool confirms = true; // publishes at once

    QStringList log; // what was asked, in order
    QStringList takeLog() { return std::exchange(log, {}); }

    ScriptedLink *link = nullptr; // the latest living one
    std::vector<ScriptedChannel *> channels; // living ones
    std::vector<PublishOutcome> unconfirmed;
    ScriptedChannel *publishing = nullptr;
    ScriptedChannel *consuming = nullptr; // of the last consume
    quint64 consumer = 0;
    std::vector<SettleRequest> settled;
    std::vector<quint64> givenBack;

    void breakLink(const QString &why = QStringLiteral("The cable was cut."));
    void setBlocked(bool blocked);
    void confirm(const Error &error = {}); // the oldest publish
    // To the last consumer. No body: each message its number.
    void deliver(int count = 1, const QByteArray &body = {});
    void tooLate(quint64 delivery);
    void cancelConsumer(const Error &why);
};

} // namespace Qombu
