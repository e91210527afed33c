// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/channels.h"

#include <QtCore/qhash.h>

#include <memory>
#include <vector>

namespace Qombu {

// Asks the broker for queues without a name, so that a link gives each of them one name, whoever
// asks and how many at once. Hub's thread; the Topology owns it.
class QueueNaming
{
public:
    void linkUp(TopologyChannel &channel);
    void linkDown();

    // key: of the queue. Made if there is none yet, else looked at.
    void declare(const QString &key, const Queue &queue, Done<QueueInfo> done);
    // The name that it has on this link; none: it has none. Where it is being made, then.
    void whenNamed(const QString &key, std::function<void(const QString &name)> then);
    // It is gone, or nobody wants it any more: the next declare() makes another.
    void forget(const QString &key);

private:
    struct Named
    {
        QString name; // empty: it is being made
        std::vector<Done<QueueInfo>> waiting;
        bool isForgotten = false; // and what is being made is not remembered
    };

    void make(const QString &key, const Queue &queue);
    void made(const QString &key, const Result<QueueInfo> &result);
    void look(const QString &key, const Queue &queue, Done<QueueInfo> done);

    TopologyChannel *m_channel = nullptr;
    QHash<QString, Named> m_named; // by key
    std::shared_ptr<char> m_link; // answers to those before do not count
};

} // namespace Qombu
