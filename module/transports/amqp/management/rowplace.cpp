// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/rowplace.h"

#include "transports/amqp/wire/amqptext.h"

#include <algorithm>

namespace Qombu::Amqp {

Result<RowPlace> RowPlace::of(const RowQuery &query, int mostRows)
{
    RowPlace place;
    place.page.rows = std::clamp(query.maximumRows, 1, mostRows);
    if (query.cursor.isEmpty())
        return place;
    const QStringList parts = query.cursor.split(u'/');
    int *const numbers[] = {&place.page.page, &place.page.rows, &place.item, &place.row};
    bool isOne = parts.size() == 4;
    for (qsizetype i = 0; isOne && i < parts.size(); ++i)
        *numbers[i] = parts[i].toInt(&isOne);
    if (isOne && place.page.page > 0 && place.page.rows > 0 && place.page.rows <= mostRows
        && place.item >= 0 && place.row >= 0)
        return place;
    return Error(Error::Configuration,
                 Text::tr("\"%1\" is no place in this list: ask with the cursor of its last page, "
                          "or from the beginning")
                     .arg(query.cursor.left(80)));
}

QString RowPlace::cursor() const
{
    return QStringLiteral("%1/%2/%3/%4").arg(page.page).arg(page.rows).arg(item).arg(row);
}

} // namespace Qombu::Amqp
