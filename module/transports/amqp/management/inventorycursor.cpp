// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/inventorycursor.h"

#include "transports/amqp/management/managementpage.h"
#include "transports/amqp/wire/amqptext.h"

#include <algorithm>
#include <functional>

namespace Qombu::Amqp {

QString InventoryCursor::text() const
{
    return queues == 0 && exchanges == 0
        ? QString()
        : QStringLiteral("%1.%2.%3.%4").arg(queues).arg(exchanges).arg(rows).arg(bindings);
}

Result<InventoryCursor> InventoryCursor::read(const QString &text)
{
    if (text.isEmpty())
        return InventoryCursor();
    InventoryCursor cursor;
    const auto parts = QStringView(text).split(u'.');
    if (parts.size() == 4) {
        bool areNumbers[4];
        cursor.queues = parts[0].toInt(&areNumbers[0]);
        cursor.exchanges = parts[1].toInt(&areNumbers[1]);
        cursor.rows = parts[2].toInt(&areNumbers[2]);
        cursor.bindings = parts[3].toInt(&areNumbers[3]);
        const bool isRight = std::ranges::all_of(areNumbers, std::identity()) && cursor.queues >= 0
            && cursor.exchanges >= 0 && cursor.bindings >= 0 && cursor.rows > 0
            && cursor.rows <= ManagementPage::MostRows;
        if (isRight)
            return cursor;
    }
    return Error(Error::Configuration,
                 Text::tr("\"%1\" is no cursor of an inventory of this broker.").arg(text));
}

} // namespace Qombu::Amqp
