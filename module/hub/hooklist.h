// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/hub.h>

#include <map>
#include <memory>

namespace Qombu {

// Callbacks for one kind of occasion, called in order of adding. Hub's thread; the handles may
// outlive it.
class HookList
{
public:
    // How often a turn asks again for hooks of its end, which may each add more.
    static constexpr int MostEndRounds = 16;

    static HubHandle add(const std::shared_ptr<HookList> &list, Hub::Callback callback);
    // A hook may add and cancel hooks, itself included; one added now is called the next time.
    void run();
    // As run(), but every hook is called once and forgotten.
    void runOnceAndClear();
    bool isEmpty() const { return m_hooks.empty(); }

private:
    std::map<quint64, std::shared_ptr<const Hub::Callback>> m_hooks;
    quint64 m_lastId = 0;
};

} // namespace Qombu
