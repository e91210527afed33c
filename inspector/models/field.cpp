// SPDX-License-Identifier: BSD-3-Clause
#include "models/field.h"

#include "models/messagecell.h"
#include "models/modelroles.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdatetime.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qlocale.h>

namespace Qombu::Inspector {
namespace {

struct FieldTexts
{
    Q_DECLARE_TR_FUNCTIONS(FieldTexts)
};

bool isNumber(FieldKind kind)
{
    return kind == FieldKind::Count || kind == FieldKind::Bytes || kind == FieldKind::Rate;
}

bool isUnknown(FieldKind kind, const QVariant &value)
{
    if (kind == FieldKind::Moment)
        return !value.toDateTime().isValid();
    return isNumber(kind) && value.toDouble() < 0;
}

QString textOf(FieldKind kind, const QVariant &value)
{
    switch (kind) {
    case FieldKind::Count:
        return QLocale().toString(value.toLongLong());
    case FieldKind::Bytes:
        return sizeText(value.toLongLong());
    case FieldKind::Rate:
        return rateText(value.toDouble());
    case FieldKind::Flag:
        return value.toBool() ? FieldTexts::tr("yes") : FieldTexts::tr("no");
    case FieldKind::Moment:
        return QLocale().toString(value.toDateTime().toLocalTime(), QLocale::ShortFormat);
    case FieldKind::Table:
        return tableText(value.toMap());
    case FieldKind::Text:
        break;
    }
    return value.toString();
}

QString plainText(const QVariant &value)
{
    if (value.typeId() == QMetaType::QVariantMap || value.typeId() == QMetaType::QVariantList)
        return QString::fromUtf8(QJsonDocument::fromVariant(value).toJson(QJsonDocument::Compact));
    return value.toString();
}

} // namespace

QVariant fieldCell(FieldKind kind, const QVariant &value, int role, const QString &whyUnknown)
{
    const bool unknown = isUnknown(kind, value);
    switch (role) {
    case Qt::DisplayRole:
        return unknown ? QString(QChar(0x2014)) : textOf(kind, value);
    case Qt::TextAlignmentRole:
        return int(fieldAlignment(kind));
    case SortRole:
        return value;
    case DimmedRole:
        return isNumber(kind) ? value.toDouble() <= 0
                              : unknown || (kind == FieldKind::Flag && !value.toBool());
    case Qt::ToolTipRole:
        if (unknown)
            return whyUnknown.isEmpty() ? FieldTexts::tr("This broker does not tell") : whyUnknown;
        return kind == FieldKind::Count || kind == FieldKind::Rate ? QString()
                                                                   : textOf(kind, value);
    default:
        return {};
    }
}

Qt::Alignment fieldAlignment(FieldKind kind)
{
    return (isNumber(kind) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter;
}

QString rateText(double perSecond)
{
    const bool needsTenths = perSecond > 0 && perSecond < 9.95;
    if (perSecond > 0 && perSecond < 0.05)
        return QStringLiteral("< ") + QLocale().toString(0.1, 'f', 1);
    return QLocale().toString(perSecond, 'f', needsTenths ? 1 : 0);
}

QString tableText(const QVariantMap &table)
{
    QStringList parts;
    for (auto it = table.cbegin(); it != table.cend(); ++it)
        parts.append(it.key() + QStringLiteral(": ") + plainText(it.value()));
    return parts.join(QStringLiteral(", "));
}

} // namespace Qombu::Inspector
