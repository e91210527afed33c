// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/global.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qstring.h>

namespace Qombu {

// A number that no built-in type holds without loss, kept as its text: an integer beyond 64 bits,
// or a decimal of Kombu's typed JSON.
class QOMBU_EXPORT ExactNumber
{
    Q_GADGET
    Q_PROPERTY(QString text READ text)
    Q_PROPERTY(Qombu::ExactNumber::Kind kind READ kind)

public:
    enum Kind { Integer, Decimal };
    Q_ENUM(Kind)

    ExactNumber() = default;
    ExactNumber(Kind kind, const QString &text)
        : m_kind(kind)
        , m_text(text)
    {
    }

    Kind kind() const { return m_kind; }
    QString text() const { return m_text; }
    double toDouble() const { return m_text.toDouble(); }

    friend bool operator==(const ExactNumber &, const ExactNumber &) = default;

private:
    Kind m_kind = Integer;
    QString m_text;
};

} // namespace Qombu
