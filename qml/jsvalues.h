// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qvariant.h>
#include <QtQml/qjsvalue.h>

namespace QombuQml {

// A value of JavaScript as a publisher means it: whole numbers become integers, as JSON.stringify()
// would write them; undefined members are left out; dates, ArrayBuffers and null keep their
// meaning.
QVariant variantOf(const QJSValue &value);

} // namespace QombuQml
