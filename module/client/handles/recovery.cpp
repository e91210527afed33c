// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/asker.h"

#include <Qombu/recovery.h>

namespace Qombu {

/*!
    \class Qombu::Recovery
    \inmodule Qombu
    \inheaderfile Qombu/Recovery
    \brief Brings back by hand what nobody works on.

    A quarantine has what was taken from a queue and is no message; Browser::quarantine() shows it.
    Once the format or the reader is mended it can be requeued, or it is dropped. What a consumer
    holds that died goes back to its queue by itself when the visibility timeout is over;
    Browser::unacked() shows it, and here it goes back at once.

    Each answer is how many messages were changed. Each of them is moved in one atomic step: it is
   in one of the two places, whatever happens. Types and names of keys are checked in the same step.
   A request for several that fails says how many were moved before; the others are as they were.

    Answers Error::Unsupported where the transport lacks Capability::Recovery: of those in this
    version, Redis has it. Requests wait for the link as those of a Channel do, and end with the
   same errors; they are never repeated on their own.

    Belongs to the thread of its Connection, as all handles do, and may outlive it.
*/

/*!
    \enum Qombu::Recovery::Holders
    Whose messages are returned.

    \value DeadHolders  Only what is held by a consumer that is dead, for sure: those of other
        libraries, such as Kombu, do not tell.
    \value AnyHolder  Also what is held by one that lives, or may live: it still works on the
   message, and so will the next one. If it is one of this library it learns so by
        Consumer::settlementLost().
*/

/*! Makes a recovery of \a connection with \a parent. The connection is not owned. */
Recovery::Recovery(Connection *connection, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Asker>(connection))
{
}

Recovery::~Recovery() = default;

/*!
    Puts one element of the quarantine of \a queue, called \a name by QuarantinedRow::name, back
    into the queue, byte for byte, behind all that wait there with its priority (that of one above
    1 MiB is not looked at, and counts as 0). Answers 1, or Error::NotFound.

    Whoever consumes there and still cannot read it puts it into the quarantine again.
*/
Pending<qint64> Recovery::requeueQuarantined(const QString &queue, const QString &name)
{
    return d->ask<qint64>(Ask::RequeueQuarantined{queue, name});
}

/*!
    Does the same with all elements that are in the quarantine of \a queue now, the oldest first.
    Error::NotFound if there are none.
*/
Pending<qint64> Recovery::requeueAllQuarantined(const QString &queue)
{
    return d->ask<qint64>(Ask::RequeueQuarantined{queue, std::nullopt});
}

/*!
    Deletes the element called \a name from the quarantine of \a queue. Answers 1, or
    Error::NotFound.
*/
Pending<qint64> Recovery::dropQuarantined(const QString &queue, const QString &name)
{
    return d->ask<qint64>(Ask::DropQuarantined{queue, name});
}

/*! Deletes the quarantine of \a queue. Error::NotFound if there is none. */
Pending<qint64> Recovery::dropAllQuarantined(const QString &queue)
{
    return d->ask<qint64>(Ask::DropQuarantined{queue, std::nullopt});
}

/*!
    Puts the message that is held under \a tag, UnackedRow::tag, back to the front of its queue,
    marked as redelivered. Answers 1; Error::NotFound if nothing is held under it (any more); an
    Error with the reply code 406 if its holder lives or may live, and \a from is DeadHolders.
*/
Pending<qint64> Recovery::returnUnacked(const QString &tag, Holders from)
{
    return d->ask<qint64>(Ask::ReturnUnacked{tag, from == AnyHolder});
}

/*!
    Puts all that \a holder, UnackedRow::holder, holds back to the front of its queues, in the old
    order and marked as redelivered. Error::NotFound if it holds nothing; an Error with the reply
   code 406 if it lives, and \a from is DeadHolders: then nothing is returned.
*/
Pending<qint64> Recovery::returnHeldBy(const QString &holder, Holders from)
{
    return d->ask<qint64>(Ask::ReturnHeldBy{holder, from == AnyHolder});
}

} // namespace Qombu
