// SPDX-License-Identifier: BSD-3-Clause
#include "broker/momenttext.h"

#include <QtCore/qlocale.h>

namespace Qombu::Inspector {

QString momentText(const QDateTime &moment)
{
    const QDateTime local = moment.toLocalTime();
    const QString time = QLocale().toString(local.time(), u"HH:mm");
    return local.date() == QDate::currentDate()
        ? time
        : QString(QLocale().toString(local.date(), QLocale::ShortFormat) + u' ' + time);
}

} // namespace Qombu::Inspector
