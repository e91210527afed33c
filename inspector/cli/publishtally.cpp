// SPDX-License-Identifier: BSD-3-Clause
#include "publishtally.h"

#include "text.h"

namespace {

void note(qint64 number, qint64 &count, qint64 &first)
{
    ++count;
    first = first == 0 ? number : qMin(first, number);
}

bool mayHaveArrived(const Qombu::Error &error)
{
    return error.kind() == Qombu::Error::Connection || error.kind() == Qombu::Error::Timeout;
}

QString place(bool lines, qint64 number)
{
    return (lines ? Text::tr("line %1 of the input") : Text::tr("message %1")).arg(number);
}

} // namespace

qint64 PublishTally::add()
{
    m_open.insert(++m_sent);
    return m_sent;
}

void PublishTally::settled(qint64 number, const Qombu::Error &error)
{
    m_open.erase(number);
    if (!error.isError())
        ++m_confirmed;
    else if (mayHaveArrived(error))
        note(number, m_unclear, m_firstUnclear);
    else
        note(number, m_refused, m_firstRefused);
}

QString PublishTally::text(const QString &why, bool lines, bool goesOn) const
{
    QString text = Text::tr("%1 (%2 of %3 messages were confirmed)")
                       .arg(why, QString::number(m_confirmed), QString::number(m_sent));
    if (!m_isConnected)
        return text + QLatin1Char(' ') + Text::tr("Nothing was sent.");
    if (m_sent == 1 && !lines)
        return inDoubt() > 0 ? text + QLatin1Char(' ') + Text::tr("It may have arrived.") : text;
    if (m_refused > 0)
        text += QLatin1Char(' ')
            + Text::tr("Refused: %1, the first of them %2.")
                  .arg(QString::number(m_refused), place(lines, m_firstRefused));
    if (inDoubt() > 0) {
        const qint64 open = m_open.empty() ? m_firstUnclear : *m_open.begin();
        const qint64 first = m_unclear > 0 ? qMin(open, m_firstUnclear) : open;
        text += QLatin1Char(' ')
            + Text::tr("In doubt: %1, the first of them %2.")
                  .arg(QString::number(inDoubt()), place(lines, first));
    }
    if (lines && goesOn && m_confirmed == m_sent)
        text += QLatin1Char(' ') + Text::tr("Go on with %1.").arg(place(lines, m_sent + 1));
    return text;
}
