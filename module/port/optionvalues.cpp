// SPDX-License-Identifier: BSD-3-Clause
#include "port/optionvalues.h"

#include "core/editdistance_p.h"

#include <QCoreApplication>

#include <cmath>

namespace Qombu::OptionValues {
namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::OptionValues)
};

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

QString readBool(const QVariant &value, bool &into)
{
    const auto read = toBool(value);
    if (!read)
        return Text::tr("true or false");
    into = *read;
    return {};
}

QString readSeconds(const QVariant &value, std::chrono::milliseconds least,
                    std::chrono::milliseconds &into)
{
    const auto read = toDuration(value);
    if (!read || *read < least)
        return least.count() > 0 ? Text::tr("a number of seconds above 0")
                                 : Text::tr("a number of seconds, 0 or more");
    into = *read;
    return {};
}

QString readNumber(const QVariant &value, int least, int most, int &into)
{
    const auto read = toInt(value);
    if (!read || *read < least || *read > most)
        return Text::tr("a whole number from %1 to %2").arg(least).arg(most);
    into = *read;
    return {};
}

QString readCount(const QVariant &value, int &into)
{
    const auto read = toInt(value);
    if (!read || *read < 1)
        return Text::tr("a number of messages above 0");
    into = *read;
    return {};
}

QString readSomeBytes(const QVariant &value, QByteArray &into)
{
    const QByteArray read = toBytes(value);
    if (read.isEmpty())
        return Text::tr("a text that is not empty");
    into = read;
    return {};
}

QString readFileName(const QVariant &value, QString &into)
{
    if (value.toString().isEmpty())
        return Text::tr("the name of a file");
    into = value.toString();
    return {};
}

QString readVerify(const QVariant &value, TlsOptions::Verify &into)
{
    using Verify = TlsOptions::Verify;
    QString text = value.toString().toLower();
    if (const qsizetype last = text.lastIndexOf(u"cert_"); last >= 0)
        text = text.mid(last + 5); // "CERT_NONE", "VerifyMode.CERT_NONE"
    if (text == u"required" || text == u"2")
        into = Verify::Required;
    else if (text == u"optional" || text == u"1")
        into = Verify::Optional;
    else if (text == u"none" || text == u"0")
        into = Verify::None;
    else
        return oneOf(
            {QStringLiteral("required"), QStringLiteral("optional"), QStringLiteral("none")});
    return {};
}

// "1.3", "TLSv1.3", "TLSv1_3", "TLSVersion.TLSv1_3", and Python's number of it.
QString readTlsVersion(const QVariant &value, TlsOptions::Least &into)
{
    const QString text = value.toString().replace(u'_', u'.');
    if (text.endsWith(u"1.3") || text == u"772")
        into = TlsOptions::Least::Tls13;
    else if (text.endsWith(u"1.2") || text == u"771")
        into = TlsOptions::Least::Tls12;
    else
        return oneOf({QStringLiteral("1.2"), QStringLiteral("1.3")});
    return {};
}

QString tlsSwitchText(bool isNoBool)
{
    return isNoBool ? Text::tr("true, false, or a map of options")
                    : Text::tr("true, as the URL or other options ask for TLS");
}

QByteArray toBytes(const QVariant &value)
{
    const bool isTyped = value.typeId() == QMetaType::QByteArray;
    return isTyped ? value.toByteArray() : value.toString().toUtf8();
}

QString oneOf(const QStringList &names)
{
    return Text::tr("one of %1").arg(names.join(QLatin1String(", ")));
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
