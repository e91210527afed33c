// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/error.h>

#include <QCoreApplication>
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

// Error::Configuration. expected: what would have been right.
Error wrongValue(const QString &name, const QString &expected, const QVariant &value);
// Says what it may have been meant to be.
Error unknownOption(const QString &broker, const QString &name, const QStringList &options,
                    const QStringList &withoutEffect);
// For who gave them.
QString withoutEffectText(const QStringList &options);

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::OptionValues)
};

} // namespace Qombu::OptionValues
