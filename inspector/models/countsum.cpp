// SPDX-License-Identifier: BSD-3-Clause
#include "models/countsum.h"

#include <QtCore/qlocale.h>

namespace Qombu::Inspector {

void CountSum::add(qint64 count)
{
    if (count < 0) {
        m_isLess = true;
        return;
    }
    m_sum += count;
    m_hasKnown = true;
}

QString CountSum::text() const
{
    if (m_isLess && !m_hasKnown)
        return QString(QChar(0x2014));
    const QString sum = QLocale().toString(m_sum);
    return m_isLess ? QString(QStringLiteral("\u2265 ") + sum) : sum;
}

} // namespace Qombu::Inspector
