// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QHash>
#include <QStringList>

// Which of a program's log messages are shown: each as one line that is safe for a terminal, of a
// flood the first ones and a count of the rest. Plain class, told the time.
class LogLines
{
public:
    static constexpr int MostInAWindow = 5; // of one kind
    static constexpr qint64 WindowMs = 30'000;

    // What is to be written now. A kind is a category.
    QStringList add(const QString &kind, const QString &text, qint64 nowMs);
    QStringList rest(); // the counts that were not told yet

private:
    struct Window
    {
        qint64 start = 0;
        int shown = 0;
        qint64 hidden = 0;
    };
    static QString hiddenText(const QString &kind, const Window &window);

    QHash<QString, Window> m_windows;
};

// Lets Qt's log messages of this program go to stderr that way, until its end. Main thread.
void installLogLines();
void writeRestOfLogLines(); // for who ends without exit()
