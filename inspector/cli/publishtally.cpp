// SPDX-License-Identifier: BSD-3-Clause
#include "publishtally.h"

#include "text.h"

namespace {

// Given up, not answered.
bool isWithoutAnswer(const Qombu::Error &error)
{
    return error.kind() == Qombu::Error::Cancelled || error.kind() == Qombu::Error::Timeout;
}

QString place(bool lines, qint64 number)
{
    return (lines ? Text::tr("line %1 of the input") : Text::tr("message %1")).arg(number);
}

} // namespace

void PublishTally::Some::add(qint64 number)
{
    ++count;
    first = first == 0 ? number : qMin(first, number);
}

QString PublishTally::Some::text(const QString &sentence, bool lines) const
{
    return count == 0
        ? QString()
        : QLatin1Char(' ') + sentence.arg(QString::number(count), place(lines, first));
}

void PublishTally::settled(qint64 number, const Qombu::Error &error)
{
    if (!error.isError())
        ++m_confirmed;
    else if (error.isInDoubt())
        m_inDoubt.add(number);
    else if (isWithoutAnswer(error))
        m_absent.add(number);
    else
        m_refused.add(number);
}

QString PublishTally::text(const QString &why, bool lines, bool goesOn) const
{
    QString text = Text::tr("%1 (%2 of %3 messages were confirmed)")
                       .arg(why, QString::number(m_confirmed), QString::number(m_sent));
    if (!m_isConnected)
        return text + QLatin1Char(' ') + Text::tr("Nothing was sent.");
    if (m_sent == 1 && !lines) {
        if (m_inDoubt.count > 0)
            text += QLatin1Char(' ') + Text::tr("It may have arrived.");
        if (m_absent.count > 0)
            text += QLatin1Char(' ') + Text::tr("It did not arrive.");
        return text;
    }
    text += m_refused.text(Text::tr("Refused: %1, the first of them %2."), lines)
        + m_absent.text(Text::tr("Did not arrive: %1, the first of them %2."), lines)
        + m_inDoubt.text(Text::tr("In doubt: %1, the first of them %2."), lines);
    if (lines && goesOn && m_confirmed == m_sent)
        text += QLatin1Char(' ') + Text::tr("Go on with %1.").arg(place(lines, m_sent + 1));
    return text;
}
