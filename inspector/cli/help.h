// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "verb.h"

// What the program says about itself. Lines fit into 80 columns.
QString overviewText(const std::vector<std::unique_ptr<Verb>> &verbs);
QString helpText(const Verb &verb);

// "Did you mean …?", or nothing where none of the known words is near.
QString suggestion(const QString &word, const QStringList &known,
                   const QString &prefix = QString()); // before the name
