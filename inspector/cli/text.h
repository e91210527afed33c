// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QCoreApplication>

// The sentences of the command line, in the language of the user.
struct Text
{
    Q_DECLARE_TR_FUNCTIONS(CommandLine)
};
