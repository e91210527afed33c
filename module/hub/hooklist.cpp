// SPDX-License-Identifier: BSD-3-Clause
#include "hub/hooklist.h"

#include <utility>

namespace Qombu {

HubHandle HookList::add(const std::shared_ptr<HookList> &list, Hub::Callback callback)
{
    const quint64 id = ++list->m_lastId;
    list->m_hooks.emplace(id, std::make_shared<const Hub::Callback>(std::move(callback)));
    return HubHandle([weak = std::weak_ptr(list), id] {
        if (const auto hooks = weak.lock()) {
            // The callback dies outside the map: what it owns may cancel hooks, too.
            const auto node = hooks->m_hooks.extract(id);
        }
    });
}

void HookList::run()
{
    const quint64 last = m_lastId;
    for (quint64 id = 0;;) {
        const auto next = m_hooks.upper_bound(id);
        if (next == m_hooks.end() || next->first > last)
            return;
        id = next->first;
        const auto hook = next->second;
        (*hook)();
    }
}

void HookList::runOnceAndClear()
{
    while (!m_hooks.empty()) {
        const auto node = m_hooks.extract(m_hooks.begin());
        (*node.mapped())();
    }
}

} // namespace Qombu
