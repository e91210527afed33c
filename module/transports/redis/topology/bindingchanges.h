// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QHash>
#include <QString>

namespace Qombu::Redis {

// How often the server told that the binding set of an exchange changed: what was read before is
// old. A value; the link's.
class BindingChanges
{
public:
    void changed(const QString &exchange)
    {
        if (m_counts.size() >= 10000) // none of them is known to be the same any more
            allChanged();
        ++m_counts[exchange];
    }
    void allChanged()
    {
        m_counts.clear();
        ++m_all;
    }
    std::pair<quint64, quint64> of(const QString &exchange) const
    {
        return {m_all, m_counts.value(exchange)};
    }

private:
    QHash<QString, quint64> m_counts;
    quint64 m_all = 0;
};

} // namespace Qombu::Redis
