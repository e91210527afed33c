// SPDX-License-Identifier: BSD-3-Clause
#include "cellvalues.h"

#include "json.h"
#include "text.h"

#include <QLocale>

namespace {

const QVariant Null = QVariant::fromValue(nullptr);

QVariant rateOrNull(double perSecond)
{
    return perSecond < 0 ? Null : QVariant(perSecond);
}

} // namespace

QString unknownCell()
{
    return QStringLiteral("–");
}

QString countCell(qint64 count)
{
    return count < 0 ? unknownCell() : QString::number(count);
}

QString countOrUnknown(qint64 count)
{
    return count < 0 ? Text::tr("unknown") : QString::number(count);
}

QVariant countOrNull(qint64 count)
{
    return count < 0 ? Null : QVariant(count);
}

QString textCell(const QString &text)
{
    return text.isEmpty() ? unknownCell() : text;
}

QVariant textOrNull(const QString &text)
{
    return text.isEmpty() ? Null : QVariant(text);
}

QString rateCell(double perSecond)
{
    return perSecond < 0 ? unknownCell() : QString::number(perSecond, 'f', perSecond < 100 ? 1 : 0);
}

QString bytesCell(qint64 bytes)
{
    return bytes < 0 ? unknownCell() : QLocale::c().formattedDataSize(bytes, 1);
}

QString durationCell(std::chrono::milliseconds duration)
{
    if (duration.count() < 0)
        return unknownCell();
    const qint64 minutes = std::chrono::floor<std::chrono::minutes>(duration).count();
    if (minutes == 0)
        return Text::tr("%1 s").arg(std::chrono::floor<std::chrono::seconds>(duration).count());
    if (minutes < 60)
        return Text::tr("%1 min").arg(minutes);
    if (minutes < 24 * 60)
        return Text::tr("%1 h %2 min").arg(minutes / 60).arg(minutes % 60);
    return Text::tr("%1 d %2 h").arg(minutes / (24 * 60)).arg(minutes / 60 % 24);
}

QString yesCell(bool is)
{
    return is ? Text::tr("yes") : QString();
}

QVariant timeOrNull(const QDateTime &time)
{
    return time.isValid() ? QVariant(time.toUTC().toString(Qt::ISODateWithMs)) : Null;
}

QVariantMap ratesObject(const Qombu::MessageRates &rates)
{
    const qint64 over = rates.over.count();
    return {{QStringLiteral("published"), rateOrNull(rates.published)},
            {QStringLiteral("delivered"), rateOrNull(rates.delivered)},
            {QStringLiteral("acknowledged"), rateOrNull(rates.acknowledged)},
            {QStringLiteral("redelivered"), rateOrNull(rates.redelivered)},
            {QStringLiteral("sampled_at"), timeOrNull(rates.sampledAt)},
            {QStringLiteral("over_ms"), over > 0 ? QVariant(qint64(over)) : Null}};
}

QString jsonCell(const QVariantMap &map)
{
    if (map.isEmpty())
        return unknownCell();
    const auto json = writeJson(map);
    return json ? readableJson(*json) : json.error().text();
}
