// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/program.h"

// One run of the command-line program.
class QombuProgram : public QombuTest::Program
{
public:
    explicit QombuProgram(const QStringList &arguments, const QByteArray &input = {},
                          InputEnd end = Closed)
        : Program(QStringLiteral(QOMBU_PROGRAM), arguments, input, end)
    {
    }
};

// The arguments of a call with JSON output and a deadline; words are separated by '|'.
inline QStringList qombuCall(const QString &url, const char *words)
{
    return QStringList{QStringLiteral("--url"), url, QStringLiteral("--json"),
                       QStringLiteral("--timeout"), QStringLiteral("20")}
    + QString::fromUtf8(words).split(QLatin1Char('|'));
}

// Runs such a call to its end; for tests with a call() of their own.
#define RUN(name, words)                                                                           \
    QombuProgram name(call(words));                                                                \
    QVERIFY2(name.exitCode() == 0, name.errorText().constData())
