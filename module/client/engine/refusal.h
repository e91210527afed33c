// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/error.h>
#include <Qombu/queue.h>

#include <variant>

namespace Qombu {

// What follows from an error that a broker answers, for whatever part of the engine asked. The
// transports say in the Error what the broker meant: recoverable, if it may take the same later;
// Error::Channel with 406, if what is there differs from the wish.
namespace Refusal {

enum Consequence {
    Wait, // it passes by itself: ask again, less and less often, and tell once
    AsItIs, // it is there, or may be, and need not be ours: who uses it is told whether he may
    End // somebody must change a right, the wish or the broker: ask no more, and tell
};

// isNeeded: to publish to the queue is not enough, since it is consumed from, or was ours.
Consequence ofDeclaring(const Error &error, const std::variant<Exchange, Queue, Binding> &wish,
                        bool isNeeded);
// hadIt: it was consumed from before, so that a right was taken away, and may be given back. alone:
// others were to leave it.
Consequence ofConsuming(const Error &error, bool hadIt, bool alone);
// The broker ended a consumer. It says the same of a queue that was deleted and of one that it
// cannot reach, so that it is worth another look.
Consequence ofCancelling(const Error &error);

// The queue belongs to a connection that lives, for all that the broker knows: maybe to the one
// that we have just lost.
bool isLock(const Error &error);
bool isOfRights(const Error &error);
// What every question is answered when the link is lost.
bool isLikeLoss(const Error &error);
// The same answer again is no news.
bool isSame(const Error &one, const Error &other);

} // namespace Refusal

} // namespace Qombu
