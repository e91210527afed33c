// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "verb.h"

// What a verb that changes something says when it is done.
struct Answer
{
    QVariantMap object; // for --json
    QString sentence; // for people
};

// Prints it, and ends the program.
void printAnswer(Session &session, const Answer &answer);
