// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QStringList>
#include <QVariantMap>

#include <vector>

// Writes results to stdout, as JSON lines or as a table, and sentences to stderr.
class Output
{
public:
    explicit Output(bool json)
        : m_json(json)
    {
    }

    bool isJson() const { return m_json; }
    // False: stdout cannot be written to, such as a full disk or a pipe that nobody reads.
    bool line(const QByteArray &text);
    bool object(const QVariantMap &object); // one JSON line
    bool flush();
    // What the system said when that was first seen; empty: all was written.
    QString failure() const;

    // A table for people: text is printed as it is but for control characters, shown as "·".
    bool table(const QStringList &header, const std::vector<QStringList> &rows);

    static void sentence(const QString &text); // stderr

private:
    bool wrote(bool ok); // remembers the first failure

    const bool m_json;
    int m_failure = 0; // errno
};
