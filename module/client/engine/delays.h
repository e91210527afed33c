// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/commands.h"
#include "port/messages.h"

#include <QtCore/qhash.h>
#include <QtCore/qstringlist.h>

namespace Qombu {
class DelayedDelivery;
class Engine;

// What publishes with a delay need of the broker: declared with the first of them, and for each
// destination. Hub's thread; the Publisher owns it.
class Delays
{
public:
    explicit Delays(Engine &engine)
        : m_engine(engine)
    {
    }

    void linkUp(); // another, to be asked for everything again
    // Has declared what this one needs; or why it cannot be delayed. Before the others.
    Error prepare(const PublishRequest &request);
    bool isAwaited(const PublishRequest &request);
    Error refusalOf(const PublishRequest &request) const;
    // What is published instead; null: there is no link that could.
    std::shared_ptr<const MessageContent> postponed(const PublishRequest &request) const;

private:
    DelayedDelivery *delivery() const;
    void declareCommon();
    QString wayOf(const PublishRequest &request) const;

    Engine &m_engine;
    bool m_isDeclared = false; // what all need
    QStringList m_common; // the ids of that
    QStringList m_awaited; // of these, the last ones may be answered
    QHash<QString, QString> m_ways; // destination → id of the binding to it
};

} // namespace Qombu
