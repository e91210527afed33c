// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/global.h>

#include <QtCore/qmetatype.h>
#include <QtCore/qshareddata.h>
#include <QtCore/qstring.h>

namespace Qombu {
class ErrorData;

// What went wrong, for a program (kind) and for a person (text). A value; by default "no error".
class QOMBU_EXPORT Error
{
    Q_GADGET
    Q_PROPERTY(Kind kind READ kind)
    Q_PROPERTY(QString text READ text)
    Q_PROPERTY(int replyCode READ replyCode)
    Q_PROPERTY(bool recoverable READ isRecoverable)
    Q_PROPERTY(bool inDoubt READ isInDoubt)
    Q_PROPERTY(QString where READ where)

public:
    enum Kind {
        None,
        Connection, // no link to the broker, or it broke
        Channel, // the broker refused one operation
        Timeout,
        Cancelled,
        Encode,
        Decode,
        ContentDisallowed,
        LimitExceeded,
        Unroutable,
        NotFound,
        NotBound,
        AlreadySettled,
        SettlementLost, // the broker no longer knew the delivery when it was settled
        Unsupported,
        Configuration, // a URL, option or permission must be changed by a person
        Protocol,
        Tls,
        Authentication,
        Blocked, // the broker refuses writes for want of memory or disk
    };
    Q_ENUM(Kind)

    Error();
    Error(Kind kind, const QString &text);
    Error(const Error &other);
    Error(Error &&other) noexcept;
    Error &operator=(const Error &other);
    Error &operator=(Error &&other) noexcept;
    ~Error();

    Kind kind() const;
    QString text() const;
    int replyCode() const;
    bool isRecoverable() const;
    bool isInDoubt() const; // it may have been done all the same
    QString where() const;

    bool isError() const { return bool(d); }

    Error withReplyCode(int code) const;
    Error withRecoverable(bool recoverable) const;
    Error withInDoubt(bool inDoubt) const;
    Error withWhere(const QString &where) const;

    friend QOMBU_EXPORT bool operator==(const Error &a, const Error &b);
    friend bool operator!=(const Error &a, const Error &b) { return !(a == b); }

private:
    QExplicitlySharedDataPointer<ErrorData> d;
};

QOMBU_EXPORT QDebug operator<<(QDebug debug, const Error &error);

} // namespace Qombu
