// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/error.h>

#include <set>

// What became of the messages that were sent, by their number: 1 is the first. Main thread.
class PublishTally
{
public:
    qint64 sent() const { return m_sent; }
    qint64 confirmed() const { return m_confirmed; }
    qint64 refused() const { return m_refused; } // certainly not there
    qint64 inDoubt() const { return m_isConnected ? outstanding() + m_unclear : 0; }
    qint64 outstanding() const { return qint64(m_open.size()); }

    void connected() { m_isConnected = true; } // before that nothing can have arrived
    qint64 add(); // one more is under way; its number
    void settled(qint64 number, const Qombu::Error &error);

    // "why (n of m messages were confirmed) …", and which was the first that was not. lines: the
    // numbers are those of lines; goesOn: there may be more of them.
    QString text(const QString &why, bool lines, bool goesOn) const;

private:
    bool m_isConnected = false;
    qint64 m_sent = 0;
    qint64 m_confirmed = 0;
    qint64 m_refused = 0;
    qint64 m_firstRefused = 0;
    qint64 m_unclear = 0; // failed, but may have arrived
    qint64 m_firstUnclear = 0;
    std::set<qint64> m_open;
};
