// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/brokernotice.h>
#include <Qombu/hub.h>

#include <vector>

namespace Qombu {
class Engine;

// Passes notices of the broker on, counted instead of repeated: of one kind and queue the first is
// told at once, and what comes within a second after it, or until the connection closes, is told as
// one, then what comes within two, four, and so on up to a minute. Hub's thread; the Engine owns
// it.
class NoticeBoard
{
public:
    explicit NoticeBoard(Engine &engine);
    void add(const BrokerNotice &notice);
    void clear(); // tells what waits

private:
    struct Recent
    {
        BrokerNotice notice; // count: since it was told; 0: nothing
        Hub::TimePoint told;
        std::chrono::seconds pause; // until more of it is told
        bool isRest = false; // of many queues of that kind
    };
    void tell(const BrokerNotice &notice);
    void tellRest();

    Engine &m_engine;
    std::vector<Recent> m_recent;
    HubHandle m_timer;
    bool m_hasWarned = false; // that the connection is not safe
};

} // namespace Qombu
