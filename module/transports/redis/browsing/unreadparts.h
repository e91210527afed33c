// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/error.h>

#include <QByteArray>

#include <functional>
#include <map>

namespace Qombu::Redis {

using TellUnread = std::function<void(const QString &)>;

// What one look into a database had to leave out, because the user may not read it or because it is
// something else: a sentence for each kind, however many there are. A value.
class UnreadParts
{
public:
    enum Kind { Set, Queue, Records, List };
    void add(Kind kind, const QByteArray &name, const Error &why);
    void tell(const TellUnread &tell) const;

private:
    struct Part
    {
        qint64 count = 0;
        QString name; // of the first
        QString why;
    };
    std::map<Kind, Part> m_parts;
};

} // namespace Qombu::Redis
