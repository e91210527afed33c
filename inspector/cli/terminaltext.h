// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QString>

// Text of a broker made safe for a terminal: what controls it or hides is shown as "·".
QString printable(const QString &text);

// How many columns of a terminal printable text takes.
int columnsOf(const QString &text);
