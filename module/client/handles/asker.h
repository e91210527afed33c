// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/handles/connectionprivate.h"

namespace Qombu {

// What a handle keeps that only asks: whom. Handle's thread.
class Asker
{
public:
    explicit Asker(Connection *to)
        : connection(to)
    {
    }

    template<typename T>
    Pending<T> ask(Ask::Question question) const
    {
        if (auto *owner = ConnectionPrivate::get(connection))
            return owner->ask<T>(std::move(question));
        return Result<T>(ConnectionPrivate::connectionGone());
    }

    const QPointer<Connection> connection;
};

} // namespace Qombu
