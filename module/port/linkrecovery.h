// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"

#include <optional>

namespace Qombu {

// The verbs behind Recovery: a person says what is to come back. Each is answered with how many
// messages it changed; Error::NotFound where there is nothing of that name. Hub's thread; the Link
// owns it.
class LinkRecovery
{
public:
    virtual ~LinkRecovery();
    // As they are, behind all that wait in the queue. Without a name: all that are there now.
    virtual void requeueQuarantined(const QString &queue, const std::optional<QString> &name,
                                    Done<qint64> done) = 0;
    virtual void dropQuarantined(const QString &queue, const std::optional<QString> &name,
                                 Done<qint64> done) = 0;
    // To the front of their queues, marked as redelivered. Unless isForced an Error with the reply
    // code 406 where the holder lives, or nobody knows whether it does.
    virtual void returnUnacked(const QString &tag, bool isForced, Done<qint64> done) = 0;
    virtual void returnHeldBy(const QString &holder, bool isForced, Done<qint64> done) = 0;
};

} // namespace Qombu
