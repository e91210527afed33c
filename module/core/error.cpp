// SPDX-License-Identifier: BSD-3-Clause
#include <Qombu/error.h>
#include <Qombu/result.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdebug.h>

#include <optional>

namespace Qombu {

class ErrorData : public QSharedData
{
public:
    Error::Kind kind = Error::None;
    QString text;
    QString where;
    int replyCode = 0;
    std::optional<bool> recoverable;
    bool isInDoubt = false;
};

namespace Detail {

// Called by Result<T>(Error) where the error is none: there is no value to stand in its place.
Error noErrorAndNoValue()
{
    return Error(Error::Protocol,
                 QCoreApplication::translate("Qombu::Result",
                                             "The operation ended without an error and without an "
                                             "answer: a fault of the program."));
}

} // namespace Detail

namespace {

bool recoverableByDefault(Error::Kind kind)
{
    switch (kind) {
    case Error::Connection:
    case Error::Timeout:
    case Error::Blocked:
        return true;
    default:
        return false;
    }
}

} // namespace

/*!
    \class Qombu::Error
    \inmodule Qombu
    \inheaderfile Qombu/Error
    \brief What went wrong, for a program and for a person.

    A program looks at kind(), a person reads text(): one or two sentences that say what happened
    and, where it helps, what to do. No error text contains a password.

    The default-constructed value means "no error"; it costs a null pointer. Error is an implicitly
    shared value: copying is cheap and values may be used in any thread.
*/

/*!
    \enum Qombu::Error::Kind

    \value None No error.
    \value Connection There is no link to the broker, or it broke.
    \value Channel The broker refused one operation; the link stays.
    \value Timeout A deadline passed.
    \value Cancelled The operation was given up before it ended, for example by closing.
    \value Encode A value cannot be written in the content type asked for.
    \value Decode Bytes are not what their content type says.
    \value ContentDisallowed The content type is not on the list of accepted ones.
    \value LimitExceeded A size or count is beyond its bound; the text names the bound.
    \value Unroutable A message reached no queue.
    \value NotFound The queue or exchange does not exist.
    \value NotBound The queue is not bound that way.
    \value AlreadySettled The delivery was acknowledged, rejected or requeued before.
    \value SettlementLost The broker no longer knew the delivery when it was settled.
    \value Unsupported This transport or version cannot do that.
    \value Configuration A URL, option or permission must be changed by a person.
    \value Protocol The peer broke the protocol.
    \value Tls Server and client do not trust each other, or have no TLS in common. The text says
        which it is and what to do.
    \value Authentication The broker refused the credentials.
    \value Blocked The broker refuses writes for want of memory or disk.

    SettlementLost and NotBound are answered by nothing in this version; a settlement that came too
    late is told by Consumer::settlementLost().
*/

/*!
    \property Qombu::Error::kind
    \property Qombu::Error::text
    \property Qombu::Error::replyCode
    \property Qombu::Error::recoverable
    \property Qombu::Error::inDoubt
    \property Qombu::Error::where
    What the getter functions return, for QML. They cannot be written.
*/

/*!
    \fn bool Qombu::Error::isError() const
    Returns whether there is an error: kind() is not Error::None.

    An Error has no truth of its own: next to a Result, which is true when all went well, it would
    read the wrong way round.
*/

/*!
    \fn bool Qombu::Error::operator==(const Qombu::Error &a, const Qombu::Error &b)
    \fn bool Qombu::Error::operator!=(const Qombu::Error &a, const Qombu::Error &b)
    Compares \a a and \a b: they are equal if they say the same in every part.
*/

/*! Constructs "no error". */
Error::Error() = default;

/*!
    Constructs an error of \a kind, described for a person by \a text.

    With Error::None the result is "no error", whatever \a text says.
*/
Error::Error(Kind kind, const QString &text)
{
    if (kind == None)
        return;
    d = new ErrorData;
    d->kind = kind;
    d->text = text;
}

Error::Error(const Error &other) = default;
Error::Error(Error &&other) noexcept = default;
Error &Error::operator=(const Error &other) = default;
Error &Error::operator=(Error &&other) noexcept = default;
Error::~Error() = default;

/*! Returns the kind of error, Error::None if there is none. */
Error::Kind Error::kind() const
{
    return d ? d->kind : None;
}

/*!
    Returns the sentence for a person, in the user's language where it is ours and a translator is
    installed; empty if there is no error.
*/
QString Error::text() const
{
    return d ? d->text : QString();
}

/*! Returns the broker's number for this error (such as 404 of AMQP), or 0 if it gave none. */
int Error::replyCode() const
{
    return d ? d->replyCode : 0;
}

/*!
    Returns whether trying again, unchanged, may help.

    Unless withRecoverable() said otherwise this is true for Connection, Timeout and Blocked.
*/
bool Error::isRecoverable() const
{
    return d && d->recoverable.value_or(recoverableByDefault(d->kind));
}

/*!
    Returns whether the operation may have been carried out all the same: it was sent, and its
   answer did not come. Only a failed Producer::publish() says so.
*/
bool Error::isInDoubt() const
{
    return d && d->isInDoubt;
}

/*! Returns what the error is about: a host, a queue, a command. May be empty. Never a password. */
QString Error::where() const
{
    return d ? d->where : QString();
}

/*! Returns a copy of this error that carries the broker's reply \a code. "No error" stays so. */
Error Error::withReplyCode(int code) const
{
    Error copy = *this;
    if (copy.d) {
        copy.d.detach();
        copy.d->replyCode = code;
    }
    return copy;
}

/*! Returns a copy of this error whose isRecoverable() is \a recoverable. "No error" stays so. */
Error Error::withRecoverable(bool recoverable) const
{
    Error copy = *this;
    if (copy.d) {
        copy.d.detach();
        copy.d->recoverable = recoverable;
    }
    return copy;
}

/*! Returns a copy of this error whose isInDoubt() is \a inDoubt. "No error" stays so. */
Error Error::withInDoubt(bool inDoubt) const
{
    Error copy = *this;
    if (copy.d) {
        copy.d.detach();
        copy.d->isInDoubt = inDoubt;
    }
    return copy;
}

/*! Returns a copy of this error that is about \a where. "No error" stays so. */
Error Error::withWhere(const QString &where) const
{
    Error copy = *this;
    if (copy.d) {
        copy.d.detach();
        copy.d->where = where;
    }
    return copy;
}

bool operator==(const Error &a, const Error &b)
{
    return a.d == b.d
        || (a.kind() == b.kind() && a.text() == b.text() && a.where() == b.where()
            && a.replyCode() == b.replyCode() && a.isRecoverable() == b.isRecoverable()
            && a.isInDoubt() == b.isInDoubt());
}

/*! Writes kind, place, text and reply code of \a error to \a debug. */
QDebug operator<<(QDebug debug, const Error &error)
{
    const QDebugStateSaver saver(debug);
    debug.nospace() << "Qombu::Error(";
    if (error.isError()) {
        debug << error.kind();
        if (!error.where().isEmpty())
            debug << " at " << error.where();
        debug << ": " << error.text();
        if (error.replyCode())
            debug << " [" << error.replyCode() << ']';
    } else {
        debug << "none";
    }
    return debug << ')';
}

} // namespace Qombu
