// SPDX-License-Identifier: BSD-3-Clause
#include "models/messagecell.h"

#include "models/modelroles.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qlocale.h>

namespace Qombu::Inspector {
namespace {

class MessageCell
{
    Q_DECLARE_TR_FUNCTIONS(MessageCell)
public:
    static QString title(MessageColumn column)
    {
        switch (column) {
        case MessageColumn::Name:
            return tr("Task or type");
        case MessageColumn::RoutingKey:
            return tr("Routing key");
        case MessageColumn::Size:
            return tr("Size");
        case MessageColumn::Priority:
            return tr("Prio");
        case MessageColumn::ContentType:
            return tr("Content type");
        case MessageColumn::Preview:
            return tr("Body");
        }
        return {};
    }

    static QString text(const MessageRecord &record, MessageColumn column)
    {
        switch (column) {
        case MessageColumn::Name:
            return record.name();
        case MessageColumn::RoutingKey:
            return record.routingKey;
        case MessageColumn::Size:
            return sizeText(bytes(record));
        case MessageColumn::Priority:
            return QString::number(record.priority);
        case MessageColumn::ContentType:
            return record.contentType;
        case MessageColumn::Preview:
            return (record.redelivered ? QStringLiteral("\u21bb ") : QString())
                + bodyPreview(record.bodySource());
        }
        return {};
    }

    static QString hint(const MessageRecord &record)
    {
        QStringList lines;
        if (!record.decodeError.isEmpty())
            lines.append(tr("The body could not be read: %1").arg(record.decodeError));
        if (record.redelivered)
            lines.append(tr("Delivered before and given back"));
        return lines.join(u'\n');
    }

    static qint64 bytes(const MessageRecord &record)
    {
        return record.wireBody.isEmpty() ? record.body.size() : record.wireBody.size();
    }
};

bool isNumber(MessageColumn column)
{
    return column == MessageColumn::Size || column == MessageColumn::Priority;
}

} // namespace

QString messageColumnTitle(MessageColumn column)
{
    return MessageCell::title(column);
}

QVariant messageCell(const MessageRecord &record, MessageColumn column, int role)
{
    switch (role) {
    case Qt::DisplayRole:
        return MessageCell::text(record, column);
    case Qt::ToolTipRole:
        return MessageCell::hint(record);
    case Qt::TextAlignmentRole:
        return int((isNumber(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case WarningRole:
        return column == MessageColumn::Preview && !record.decodeError.isEmpty();
    case DimmedRole:
        return column == MessageColumn::ContentType
            || (column == MessageColumn::Priority && record.priority == 0);
    default:
        return {};
    }
}

QString sizeText(qint64 bytes)
{
    return QLocale().formattedDataSize(bytes, bytes < 1024 ? 0 : 1,
                                       QLocale::DataSizeTraditionalFormat);
}

} // namespace Qombu::Inspector
