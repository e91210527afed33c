// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Shows the programs in the language of the user: the texts of Qombu, of the programs and of Qt.
// Call it once, in the main thread, after the QCoreApplication was made.
void installTranslations();
