// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/courier.h"

#include <Qombu/resolver.h>

#include <map>

namespace Qombu {

// Who waits for the answers to what the handles of one Connection have asked. Handle's thread; the
// ConnectionPrivate owns it.
class Answers
{
public:
    template<typename T>
    Pending<T> add(quint64 ticket)
    {
        auto waiting = std::make_unique<WaitingFor<T>>();
        Pending<T> pending = waiting->resolver.pending();
        m_waiting.emplace(ticket, std::move(waiting));
        return pending;
    }
    // Of a get(); the message can be settled through the courier.
    Pending<std::optional<Message>> addMessage(quint64 ticket,
                                               const std::shared_ptr<Courier> &courier,
                                               AckMode mode);

    void settle(News::Answer &&answer); // continuations run in this call
    void failAll(const Error &error);

private:
    struct Waiting
    {
        virtual ~Waiting() = default;
        virtual void settle(News::Answer::Value &&value) = 0;
    };
    template<typename T>
    struct WaitingFor final : Waiting
    {
        Resolver<T> resolver;
        void settle(News::Answer::Value &&value) override
        {
            if (auto *error = std::get_if<Error>(&value))
                resolver.settle(Result<T>(std::move(*error)));
            else if constexpr (!std::is_void_v<T>)
                resolver.settle(std::move(std::get<T>(value)));
        }
    };
    struct WaitingForMessage;

    std::map<quint64, std::unique_ptr<Waiting>> m_waiting;
};

} // namespace Qombu
