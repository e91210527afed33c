// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/tlsoptions_p.h"

#include <Qombu/error.h>

#include <QVariant>

#include <chrono>
#include <optional>

// What a person wrote for an option, typed or as text.
namespace Qombu::OptionValues {

bool isNothing(const QVariant &value); // also the words none and null
std::optional<bool> toBool(const QVariant &value);
std::optional<int> toInt(const QVariant &value);
// Seconds, as everywhere in Kombu; at most ten years.
std::optional<std::chrono::milliseconds> toDuration(const QVariant &value);

// Each returns null, or what would have been right: then nothing was changed.
QString readBool(const QVariant &value, bool &into);
QString readSeconds(const QVariant &value, std::chrono::milliseconds least,
                    std::chrono::milliseconds &into);
QString readNumber(const QVariant &value, int least, int most, int &into);
QString readCount(const QVariant &value, int &into); // of messages
QString readSomeBytes(const QVariant &value, QByteArray &into); // not none
QString readFileName(const QVariant &value, QString &into);
QString readVerify(const QVariant &value, TlsOptions::Verify &into); // also Python's numbers
QString readTlsVersion(const QVariant &value, TlsOptions::Least &into);
QString tlsSwitchText(bool isNoBool);
QByteArray toBytes(const QVariant &value);
QString oneOf(const QStringList &names);

// Error::Configuration. expected: what would have been right.
Error wrongValue(const QString &name, const QString &expected, const QVariant &value);
// Says what it may have been meant to be.
Error unknownOption(const QString &broker, const QString &name, const QStringList &options,
                    const QStringList &withoutEffect);
// For who gave them.
QString withoutEffectText(const QStringList &options);

} // namespace Qombu::OptionValues
