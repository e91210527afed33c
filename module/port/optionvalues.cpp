// SPDX-License-Identifier: BSD-3-Clause
#include "port/optionvalues.h"

#include "core/editdistance_p.h"

#include <cmath>

namespace Qombu::OptionValues {
namespace {

std::optional<double> toNumber(const QVariant &value, double limit)
{
    bool ok = false;
    const double number = value.typeId() == QMetaType::Bool ? 0 : value.toDouble(&ok);
    return ok && std::abs(number) < limit ? std::optional(number) : std::nullopt;
}

QString shown(const QVariant &value)
{
    return value.typeId() == QMetaType::QVariantList
        ? value.toStringList().join(QStringLiteral(", "))
        : value.toString();
}

Error wrong(const QString &name, const QString &text)
{
    return Error(Error::Configuration, text).withWhere(name);
}

} // namespace

bool isNothing(const QVariant &value)
{
    const QString text = value.toString().toLower();
    return !value.isValid() || value.isNull() || text == u"none" || text == u"null";
}

std::optional<bool> toBool(const QVariant &value)
{
    if (value.typeId() == QMetaType::Bool)
        return value.toBool();
    const QString text = value.toString().toLower();
    if (text == u"true" || text == u"1" || text == u"yes" || text == u"on")
        return true;
    if (text == u"false" || text == u"0" || text == u"no" || text == u"off")
        return false;
    return std::nullopt;
}

std::optional<int> toInt(const QVariant &value)
{
    const auto number = toNumber(value, 1e9);
    return number && *number == std::floor(*number) ? std::optional(int(*number)) : std::nullopt;
}

std::optional<std::chrono::milliseconds> toDuration(const QVariant &value)
{
    const auto seconds = toNumber(value, 3.2e8);
    if (!seconds)
        return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::duration<double>(*seconds));
}

Error wrongValue(const QString &name, const QString &expected, const QVariant &value)
{
    return wrong(
        name,
        Text::tr("The option \"%1\" must be %2, not \"%3\"").arg(name, expected, shown(value)));
}

Error unknownOption(const QString &broker, const QString &name, const QStringList &options,
                    const QStringList &withoutEffect)
{
    const QString closest = closestName(name, options + withoutEffect);
    const QString text = Text::tr("%1 has no option \"%2\"").arg(broker, name);
    return wrong(
        name,
        closest.isEmpty()
            ? Text::tr("%1; its options are %2").arg(text, options.join(QStringLiteral(", ")))
            : Text::tr("%1; did you mean \"%2\"?").arg(text, closest));
}

QString withoutEffectText(const QStringList &options)
{
    return Text::tr("Options of Kombu that mean nothing here: %1")
        .arg(options.join(QStringLiteral(", ")));
}

} // namespace Qombu::OptionValues
