// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QByteArrayView>

namespace QombuTest {

// Plays one input to what reads a server's bytes, and ends the program where a promise is broken.
// Its first byte says what the rest is: 'T' a field table, 'G' what a server says from its greeting
// on, otherwise what it says where openEverything() was asked. Shared by all drivers.
void fuzz(QByteArrayView input);

} // namespace QombuTest
