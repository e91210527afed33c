// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/program.h"

// One run of the command-line program.
class QombuProgram : public QombuTest::Program
{
public:
    explicit QombuProgram(const QStringList &arguments, const QByteArray &input = {})
        : Program(QStringLiteral(QOMBU_PROGRAM), arguments, input)
    {
    }
};
