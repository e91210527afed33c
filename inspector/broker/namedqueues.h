// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/writegate.h"

#include <QtCore/qhash.h>

#include <memory>

namespace Qombu::Inspector {

// The queues that a person named, and what the broker tells of each, where it lists none. Owned by
// BrokerSession; GUI thread.
class NamedQueues : public QObject
{
    Q_OBJECT
public:
    explicit NamedQueues(WriteGate *gate)
        : m_gate(gate)
    {
    }

    void add(const QString &queue); // asks again, too, for one that was not there
    void forgetQuestions(); // what is asked now is not answered any more
    void ask(); // for all that may be there; then answered()
    void clear();

    QList<QueueRow> rows() const; // sorted by name
    Error error(const QString &queue) const; // why there is no row

Q_SIGNALS:
    void answered();

private:
    void take(const QString &queue, const Result<QueueInfo> &info);

    WriteGate *const m_gate;
    QMap<QString, QueueRow> m_rows;
    QHash<QString, Error> m_errors; // none: not asked yet
    std::unique_ptr<QObject> m_answers = std::make_unique<QObject>(); // somebody waits for them
    int m_open = 0; // questions
};

} // namespace Qombu::Inspector
