// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/error.h>

// What became of the messages that were sent, by their number: 1 is the first. Main thread.
class PublishTally
{
public:
    qint64 sent() const { return m_sent; }
    qint64 confirmed() const { return m_confirmed; }
    qint64 failed() const { return m_refused.count + m_absent.count; } // certainly not there
    qint64 inDoubt() const { return m_inDoubt.count; }
    qint64 outstanding() const { return m_sent - m_confirmed - failed() - inDoubt(); }

    void connected() { m_isConnected = true; } // before that nothing is sent
    qint64 add() { return ++m_sent; } // one more is under way; its number
    void settled(qint64 number, const Qombu::Error &error);

    // "why (n of m messages were confirmed) …", and which was the first that was not, when all have
    // ended. lines: the numbers are those of lines; goesOn: there may be more of them.
    QString text(const QString &why, bool lines, bool goesOn) const;

private:
    bool m_isConnected = false;
    qint64 m_sent = 0;
    qint64 m_confirmed = 0;
    struct Some
    {
        qint64 count = 0;
        qint64 first = 0;
        void add(qint64 number);
        QString text(const QString &sentence, bool lines) const;
    };
    Some m_refused;
    Some m_absent; // the broker was never asked, or could not take them for now
    Some m_inDoubt;
};
