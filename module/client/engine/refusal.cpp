// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/refusal.h"

namespace Qombu {
namespace {

// Reply codes, AMQP 0-9-1 §1.1.
constexpr int AccessRefused = 403;
constexpr int ResourceLocked = 405;
constexpr int PreconditionFailed = 406;

} // namespace

// A name that was to be told is not told by a refusal. A queue that is exclusive to another
// connection can be published to, and nothing else.
Refusal::Consequence Refusal::ofDeclaring(const Error &error,
                                          const std::variant<Exchange, Queue, Binding> &wish,
                                          bool isNeeded)
{
    const auto *queue = std::get_if<Queue>(&wish);
    const bool isBinding = std::holds_alternative<Binding>(wish);
    if (isLock(error) && queue && !isNeeded)
        return AsItIs;
    if (error.isRecoverable())
        return Wait;
    const bool isNameless = queue && queue->name().isEmpty();
    const bool differs =
        error.replyCode() == PreconditionFailed && error.kind() == Error::Channel && !isBinding;
    return !isNameless && (differs || isOfRights(error)) ? AsItIs : End;
}

Refusal::Consequence Refusal::ofConsuming(const Error &error, bool hadIt, bool alone)
{
    const bool isRefused = error.replyCode() == AccessRefused;
    const bool isTakenAway = isRefused && hadIt && error.kind() == Error::Configuration;
    const bool isInUse = isRefused && alone && error.kind() == Error::Channel;
    return error.isRecoverable() || isTakenAway || isInUse ? Wait : End;
}

Refusal::Consequence Refusal::ofCancelling(const Error &error)
{
    return error.isRecoverable() || error.kind() == Error::NotFound ? Wait : End;
}

bool Refusal::isOfRights(const Error &error)
{
    return error.replyCode() == AccessRefused && !error.isRecoverable();
}

bool Refusal::isLock(const Error &error)
{
    return error.replyCode() == ResourceLocked;
}

bool Refusal::isLikeLoss(const Error &error)
{
    return error.isRecoverable()
        && (error.kind() == Error::Connection || error.kind() == Error::Timeout);
}

bool Refusal::isSame(const Error &one, const Error &other)
{
    return one.kind() == other.kind() && one.replyCode() == other.replyCode()
        && one.where() == other.where();
}

} // namespace Qombu
