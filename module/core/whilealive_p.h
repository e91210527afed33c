// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <utility>

namespace Qombu {

// f, for as long as owner is held; afterwards it does nothing.
template<typename Owner, typename F>
auto whileAlive(const std::shared_ptr<Owner> &owner, F f)
{
    return [alive = std::weak_ptr(owner), f = std::move(f)](auto &&...arguments) mutable {
        if (!alive.expired())
            f(std::forward<decltype(arguments)>(arguments)...);
    };
}

} // namespace Qombu
