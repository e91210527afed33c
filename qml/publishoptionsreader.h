// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/producer.h>

namespace QombuQml {

// Reads the options of Producer.publish(); Error::Configuration names a member that is unknown or
// of the wrong type.
Qombu::Result<Qombu::PublishOptions> publishOptionsFrom(const QVariantMap &members);

} // namespace QombuQml
