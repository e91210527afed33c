// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/hub.h>

#include <mutex>
#include <vector>

namespace Qombu {

// The calls a Hub still owes, in order of asking. add() and close() are thread-safe; the rest
// belongs to the Hub's thread, the Hub owns it.
class CallQueue
{
public:
    // True if the Hub must be woken: it does not know of any call yet.
    bool add(Hub::Callback callback);
    // Runs what was there when it began; what is added meanwhile waits for the next time.
    int run();
    // Calls that a run() has taken over and not made yet: it was interrupted by a nested event
    // loop.
    bool isInterrupted() const { return m_next < m_taken.size(); }
    bool isEmpty() const;
    // Drops everything, and from now on every add().
    void close();
    // Takes calls again.
    void reopen();

private:
    void take();

    mutable std::mutex m_mutex;
    std::vector<Hub::Callback> m_incoming; // guarded by m_mutex
    bool m_closed = false; // guarded by m_mutex
    std::vector<Hub::Callback> m_taken; // the two swap their memory
    size_t m_next = 0; // of m_taken
};

} // namespace Qombu
