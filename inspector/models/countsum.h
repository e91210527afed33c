// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qstring.h>

namespace Qombu::Inspector {

// A sum of counts, some of which nobody may know. A value.
class CountSum
{
public:
    void add(qint64 count); // negative: not known
    void setMore() { m_isLess = true; } // there is more than was added

    bool isLess() const { return m_isLess; } // than there is
    QString text() const; // "6", "\u2265 6", or a dash where nothing is known

private:
    qint64 m_sum = 0;
    bool m_hasKnown = false;
    bool m_isLess = false;
};

} // namespace Qombu::Inspector
